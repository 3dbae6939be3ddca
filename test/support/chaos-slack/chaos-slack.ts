import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSimulator, type Simulator } from "../../../simulator/simulator.ts";
import { Person } from "../../../simulator/test/support/person.ts";
import { deleteMessage } from "../../../simulator/workspace/conversation.ts";
import { BotProcess, botEnvironment } from "../bot-process.ts";
import { type ChaosReport, type ChaosStore, embeddedStore } from "../chaos/chaos.ts";
import { keepEvidence } from "../chaos/evidence.ts";
import { Findings } from "../chaos/findings.ts";
import { postedMessages } from "../chaos/outside-effects.ts";
import { Random } from "../chaos/random.ts";
import { startRecordingServer } from "../chaos/recording-server.ts";
import { readRuns } from "../chaos/verify-store.ts";
import { pause } from "../pause.ts";
import { type Errand, PEOPLE, planErrands } from "./errands.ts";
import { homeOf, seesNewHome } from "./home.ts";
import { People } from "./people.ts";
import { isWithinReach } from "./questions.ts";
import { type Deed, planTroubles, type Trouble } from "./schedule.ts";
import { verifyAftermath } from "./verify.ts";
import { createWorkflows } from "./workflows.ts";

export interface ChaosSlackOptions {
  readonly seed: number;
  /** How long people are at work and things go wrong. */
  readonly seconds: number;
  /** Which part of an hour's troubles comes in that time. @default 1 */
  readonly share?: number;
  /** What people do in that time. */
  readonly errands: number;
  /** How many times faster than Slack's the limits run. @default 4 */
  readonly speed?: number;
  /** @default the embedded store, in a folder that goes with the run */
  readonly store?: ChaosStore;
  /** Keeps the bots' folder when something is wrong. */
  readonly keepsEvidence?: boolean;
  /** Gets a line for each thing that goes wrong. */
  readonly progress?: (line: string) => void;
}

/** Slack's periods, as much shorter as the hour is; the three seconds of an acknowledgement stay. */
const TIMINGS = {
  eventRetriesMs: [0, 3_000, 10_000],
  socketGhostMs: 3_000,
  socketPingMs: 1_000,
  socketGraceMs: 2_000,
};
/** How long everything may take to come to rest once nothing goes wrong any more. */
const CALM_MS = 120_000;
const LOOK_MS = 250;

/**
 * Lets people work with real bots in a workspace where everything goes wrong that does in Slack, and checks from outside and
 * in the store that nothing was lost, nothing was done twice, and each person got an answer.
 */
export async function runChaosSlack(options: ChaosSlackOptions): Promise<ChaosReport> {
  const { seed, errands: count, store: chaosStore = embeddedStore } = options;
  const begun = performance.now();
  const durationMs = options.seconds * 1_000;
  const findings = new Findings();
  await using stage = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "heddle-chaos-slack-"));
  const isKept = (): boolean => options.keepsEvidence === true && findings.problems.length > 0;
  stage.defer(async () => {
    if (!isKept()) await rm(folder, { recursive: true, force: true });
  });
  const limits = { speed: options.speed ?? 4 };
  const simulator = stage.use(await openSimulator({ size: "large", limits, timings: TIMINGS }));
  const outside = stage.use(await startRecordingServer(seed));
  const workflowsDir = join(folder, "workflows");
  await writeWorkflows(workflowsDir, { effectsUrl: outside.url, refusingUrl: outside.refusingUrl });
  const bots: BotProcess[] = [];
  for (let bot = 0; bot < chaosStore.bots; bot += 1) {
    const dataDir = join(folder, `bot${bot}`);
    const env = { HTTP_ALLOW_HOSTS: "127.0.0.1", WORKFLOWS_DIR: workflowsDir, DATA_DIR: dataDir };
    const all = { ...botEnvironment(simulator), ...env, ...chaosStore.env };
    bots.push(stage.use(await BotProcess.launch(all)));
  }
  const errands = planErrands(seed, durationMs, count);
  const people = new People(simulator, errands);
  const calm = new AbortController();
  const answering = people.answerQuestions(calm.signal);
  const world = { simulator, bots, people, chance: new Random(seed, "victims"), findings };

  await Promise.all([
    workThrough(errands, people),
    sufferThrough(planTroubles(seed, durationMs, options.share ?? 1), world, options.progress),
  ]);
  await fetch(`${simulator.url}/sim/faults`, { method: "DELETE" });
  options.progress?.("nothing goes wrong any more; waiting for the rest");
  await untilRest(people, bots, findings);
  await verifyHomes(simulator, findings);
  calm.abort();
  await answering;
  const codes = await Promise.all(bots.map((bot) => bot.stop()));
  if (codes.some((code) => code !== 0)) findings.problem(`bots stopped with ${codes.join(", ")}`);

  await using store = await chaosStore.open(join(folder, "bot0"));
  verifyAftermath({
    simulator,
    outcomes: people.outcomes,
    questions: people.questions,
    stored: await readRuns(store),
    effects: [...outside.effects, ...postedMessages(simulator)],
    findings,
  });
  findings.count("clicks", people.clicks);
  findings.count("clicks: acknowledged", people.acknowledged);
  const seconds = (performance.now() - begun) / 1_000;
  const evidence = isKept() ? folder : null;
  if (evidence !== null)
    await keepEvidence(evidence, findings, store, bots.map(({ output }) => output).join("\n"));
  return { counts: findings.counts, problems: findings.problems, seconds, evidence };
}

interface World {
  readonly simulator: Simulator;
  readonly bots: readonly BotProcess[];
  readonly people: People;
  readonly chance: Random;
  readonly findings: Findings;
}

async function writeWorkflows(
  folder: string,
  outside: Parameters<typeof createWorkflows>[0],
): Promise<void> {
  await mkdir(folder);
  for (const definition of createWorkflows(outside)) {
    await writeFile(join(folder, `${definition.id}.json`), JSON.stringify(definition));
  }
}

async function workThrough(errands: readonly Errand[], people: People): Promise<void> {
  const begun = performance.now();
  await Promise.all(
    errands.map(async (errand) => {
      await pause(errand.atMs - (performance.now() - begun));
      await people.run(errand);
    }),
  );
}

/** Each trouble at its time, but one bot dies after the other. */
async function sufferThrough(
  troubles: readonly Trouble[],
  world: World,
  progress: (line: string) => void = () => {},
): Promise<void> {
  const begun = performance.now();
  let deaths = Promise.resolve();
  for (const { atMs, name, deed } of troubles) {
    await pause(atMs - (performance.now() - begun));
    progress(`${((performance.now() - begun) / 1_000).toFixed(1)} s  ${name}`);
    world.findings.count(`trouble: ${name}`);
    if (deed.kind === "kill") deaths = deaths.then(() => suffer(deed, world));
    else await suffer(deed, world);
  }
  await deaths;
}

async function suffer(deed: Deed, { simulator, bots, people, chance }: World): Promise<void> {
  switch (deed.kind) {
    case "ask":
      void new Person(simulator.url, "U0ALICE").act(deed.path, deed.body);
      return;
    case "delete card": {
      const { questions } = people;
      const victim = questions[chance.between(0, Math.max(0, questions.length - 1))];
      if (victim !== undefined)
        void Promise.all(deleteMessage(simulator.workspace, victim.channel, victim.message));
      return;
    }
    case "kill": {
      const victim = bots[chance.between(0, bots.length - 1)];
      await victim?.kill();
      await victim?.start();
    }
  }
}

/** Waits until every run is over and no card asks any more. */
async function untilRest(
  people: People,
  bots: readonly BotProcess[],
  findings: Findings,
): Promise<void> {
  for (const end = performance.now() + CALM_MS; performance.now() < end; ) {
    const counts = await Promise.all(
      ["queued", "running", "waiting"].map((status) => countRuns(bots[0]?.url ?? "", status)),
    );
    const left = counts.reduce((sum, one) => sum + one, 0);
    if (left === 0 && !people.questions.some(({ channel }) => isWithinReach(channel))) return;
    await pause(LOOK_MS);
  }
  findings.problem(`not at rest after ${CALM_MS / 1_000} s`);
}

async function countRuns(url: string, status: string): Promise<number> {
  const response = await fetch(`${url}/api/executions?status=${status}&limit=200`);
  const { executions } = (await response.json()) as { executions: readonly unknown[] };
  return executions.length;
}

/** Home opens for each person once nothing goes wrong any more. */
async function verifyHomes(simulator: Simulator, findings: Findings): Promise<void> {
  for (const user of PEOPLE) {
    const before = homeOf(simulator, user);
    await new Person(simulator.url, user).act("home-open");
    findings.count("homes opened");
    if (!(await seesNewHome(simulator, user, before)))
      findings.problem(`${user}: Home did not open`);
  }
}
