import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSimulator, type Simulator } from "../../../simulator/simulator.ts";
import { CLOCK_DIFFERENCE_MS } from "../../../src/engine/model/lease.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { botEnvironment } from "../bot-process.ts";
import { clockAhead } from "../clock-ahead.ts";
import { pause } from "../pause.ts";
import { BotFleet } from "./bot-fleet.ts";
import { Clicker } from "./clicker.ts";
import { keepEvidence } from "./evidence.ts";
import { Findings } from "./findings.ts";
import { Load, planRuns, webhookPath } from "./load.ts";
import { MailCollector, postedCards, postedMessages, writtenRows } from "./outside-effects.ts";
import { Random } from "./random.ts";
import { startRecordingServer } from "./recording-server.ts";
import type { PlannedRun, Scenario } from "./scenario.ts";
import { createScenarios } from "./scenarios.ts";
import { EFFECTS_TABLE } from "./steps.ts";
import { makeTrouble } from "./trouble.ts";
import { verifyCards, verifyEffects, verifyLines } from "./verify-effects.ts";
import { verifyStore } from "./verify-store.ts";

/** Where the bots keep their state. */
export interface ChaosStore {
  readonly name: string;
  /** What the bots are given, besides their data folder. */
  readonly env: NodeJS.ProcessEnv;
  /** How many of them share it. */
  readonly bots: number;
  /** Opens it when no bot runs any more. */
  open(dataDir: string): Promise<Store>;
  /** What is left to be done while bots are at work: ends are told to others after executions are over. `null`: nothing. */
  whatIsLeft?(): Promise<string | null>;
  /** Kills a process of the database itself and starts it again so many milliseconds later. */
  kill?(downMs: number): Promise<void>;
}

export interface ChaosOptions {
  readonly seed: number;
  readonly executions: number;
  readonly kills: number;
  /** How often the database is killed. @default 0 */
  readonly databaseKills?: number;
  /** @default the embedded store, in a folder that goes with the run */
  readonly store?: ChaosStore;
  /** Keeps the bots' folder when something is wrong. */
  readonly keepsEvidence?: boolean;
  /** Told now and then how far it is. */
  readonly progress?: (line: string) => void;
}

export interface ChaosReport {
  readonly counts: ReadonlyMap<string, number>;
  /** Everything lost, doubled or wrong: empty when all is well. */
  readonly problems: readonly string[];
  readonly seconds: number;
  /** Where the bots' state was kept, as evidence; `null`: removed. */
  readonly evidence: string | null;
}

/** How long executions may take to end once nobody kills bots any more. */
const CALM_MS = 90_000;
/** How long one may try to have failed executions go on. */
const PATIENCE_MS = 600_000;
/** How long cards may take to show the end: Slack allows about 50 edits a minute. */
const CARDS_MS = 90_000;
const LOOK_MS = 250;

/** Milliseconds between two deaths of the database, and that it stays away. */
const DATABASE_LIFE_MS = [1500, 6000] as const;
const DATABASE_DOWN_MS = [200, 4000] as const;

/** Milliseconds between two pauses of everything, and that one lasts. */
const HOLD_EVERY_MS = [1000, 6000] as const;
const HOLD_MS = [50, 1500] as const;

/** Lines of the log that stand with an answer that no caller should get. */
const MAX_LOG_LINES = 5;

export const embeddedStore: ChaosStore = {
  name: "the embedded store",
  env: {},
  bots: 1,
  open: (dataDir) => openSqliteStore({ path: join(dataDir, "heddle.db") }),
};

/**
 * Executes workflows of every kind on real bots that are killed at random moments, and checks afterwards, from outside and in
 * the store, that nothing was lost and nothing was done twice.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, executions, kills, store: chaosStore = embeddedStore } = options;
  const begun = performance.now();
  const findings = new Findings();
  await using stage = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "heddle-chaos-"));
  const isKept = (): boolean => options.keepsEvidence === true && findings.problems.length > 0;
  stage.defer(async () => {
    if (!isKept()) await rm(folder, { recursive: true, force: true });
  });
  const simulator = stage.use(await openSimulator({ realistic: false, smtpPort: 0 }));
  const outside = stage.use(await startRecordingServer(seed));
  const scenarios = createScenarios({ effectsUrl: outside.url, refusingUrl: outside.refusingUrl });
  const runs = planRuns(scenarios, executions, new Random(seed, "plan"));
  await makeTrouble(simulator, seed, 2 * executions);
  const rows = join(folder, "effects.db");
  prepareRows(rows);
  const workflowsDir = await writeDefinitions(scenarios, folder);
  const env = { ...environment(simulator, rows, workflowsDir), ...chaosStore.env };
  const dataDirs = Array.from({ length: chaosStore.bots }, (_, index) =>
    join(folder, `bot${index}`),
  );
  const fleet = stage.use(
    await BotFleet.start(
      dataDirs.map((dataDir, n) => ({ ...env, DATA_DIR: dataDir, ...clockOf(n, dataDirs.length) })),
      new Random(seed, "kills"),
    ),
  );
  const mails = new MailCollector(simulator);
  const clicker = new Clicker(simulator, runs);
  const load = new Load(() => fleet.url());
  const calm = new AbortController();
  const background = [clicker.work(calm.signal), mails.work(calm.signal)];

  const deaths = {
    planned: kills + (options.databaseKills ?? 0),
    soFar: () => fleet.kills + (findings.counts.get("kills of the database") ?? 0),
  };
  const starting = startAll(runs, load, deaths);
  const killing = Promise.all([
    fleet.killAtRandom(kills, () => outside.nextTry()),
    killDatabase(options, new Random(seed, "database"), findings),
  ]);
  await Promise.all([
    killing,
    starting,
    holdAtRandom(load, new Random(seed, "holds"), killing, findings),
  ]);
  // A pause that a bot took long to write may have come after its end.
  await load.hold(false);
  options.progress?.(`${fleet.kills} kills; waiting for the last executions`);
  await untilAllEnded(fleet, findings);
  await untilQuiet(chaosStore, findings);
  await untilCardsRest(clicker, findings);
  calm.abort();
  await Promise.all(background);
  const codes = await fleet.stop();
  if (codes.some((code) => code !== 0)) findings.problem(`bots stopped with ${codes.join(", ")}`);

  await using store = await chaosStore.open(dataDirs[0] ?? folder);
  await verifyStore(runs, store, findings);
  const effects = [
    ...outside.effects,
    ...(await mails.collect()),
    ...postedMessages(simulator),
    ...writtenRows(rows),
  ];
  verifyEffects(runs, effects, findings);
  verifyLines(runs, outside.effects, findings);
  verifyCards(postedCards(simulator), findings);
  for (const surprise of load.surprises) findings.problem(`${surprise}${logOf(surprise, fleet)}`);
  countDeeds(fleet, load, clicker, findings);
  const seconds = (performance.now() - begun) / 1000;
  const evidence = isKept() ? folder : null;
  if (evidence !== null) await keepEvidence(evidence, findings, store, fleet.output);
  return { counts: findings.counts, problems: findings.problems, seconds, evidence };
}

/** What the bots logged of answers for which they are to blame: the answer itself does not say. */
function logOf(surprise: string, { output }: BotFleet): string {
  if (!surprise.startsWith("500:")) return "";
  const lines = output
    .split("\n")
    .filter((line) => /"code":"(?:internal|store_conflict)"/.test(line));
  return ["", ...lines.slice(-MAX_LOG_LINES)].join("\n");
}

async function killDatabase(
  { store, databaseKills = 0 }: ChaosOptions,
  chance: Random,
  findings: Findings,
): Promise<void> {
  for (let kill = 0; kill < databaseKills; kill += 1) {
    await pause(chance.between(...DATABASE_LIFE_MS));
    await store?.kill?.(chance.between(...DATABASE_DOWN_MS));
    findings.count("kills of the database");
  }
}

/** Pauses everything now and then, as long as somebody kills. */
async function holdAtRandom(
  load: Load,
  chance: Random,
  killing: Promise<unknown>,
  findings: Findings,
): Promise<void> {
  let isCalm = false;
  const calm = killing.finally(() => {
    isCalm = true;
  });
  while (!isCalm) {
    await Promise.race([calm, pause(chance.between(...HOLD_EVERY_MS))]);
    await load.hold(true);
    await pause(chance.between(...HOLD_MS));
    await load.hold(false);
    findings.count("pauses of everything");
  }
}

/** Each of several bots may be on a machine of its own: from the right time to the greatest difference that is allowed. */
function clockOf(index: number, bots: number): NodeJS.ProcessEnv {
  return bots === 1 ? {} : clockAhead((CLOCK_DIFFERENCE_MS * index) / (bots - 1));
}

function environment(simulator: Simulator, rows: string, workflowsDir: string): NodeJS.ProcessEnv {
  return {
    ...botEnvironment(simulator),
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(simulator.smtpPort),
    EMAIL_FROM: "heddle@example.com",
    HTTP_ALLOW_HOSTS: "127.0.0.1",
    DATABASE_URL: `sqlite:${rows}`,
    WORKFLOWS_DIR: workflowsDir,
    NODE_COMPILE_CACHE: resolve(import.meta.dirname, "../../../node_modules/.cache/node"),
  };
}

function prepareRows(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(`pragma journal_mode = wal; ${EFFECTS_TABLE}`);
  database.close();
}

/** @returns the folder from which the bots deploy. */
async function writeDefinitions(scenarios: readonly Scenario[], folder: string): Promise<string> {
  const workflowsDir = join(folder, "workflows");
  await mkdir(workflowsDir);
  for (const { definition } of scenarios) {
    const triggers = [{ type: "webhook", path: webhookPath(definition.id) }];
    await writeFile(
      join(workflowsDir, `${definition.id}.json`),
      JSON.stringify({ ...definition, triggers }),
    );
  }
  return workflowsDir;
}

/** Starts the runs one after another, evenly over the deaths, and does to them what their plans say. */
async function startAll(
  runs: readonly PlannedRun[],
  load: Load,
  deaths: { readonly planned: number; readonly soFar: () => number },
): Promise<void> {
  const deeds: Promise<void>[] = [];
  const patience = AbortSignal.timeout(PATIENCE_MS);
  for (const [index, run] of runs.entries()) {
    while (index > (runs.length * (deaths.soFar() + 1)) / (deaths.planned + 1)) await pause(20);
    const executionId = await load.start(run);
    const { cancelAfterMs, eventAfterMs, isRetried } = run.plan;
    if (cancelAfterMs !== undefined)
      deeds.push(pause(cancelAfterMs).then(() => load.cancel(executionId)));
    if (eventAfterMs !== undefined) deeds.push(pause(eventAfterMs).then(() => load.tell(run.name)));
    if (isRetried) deeds.push(load.retry(executionId, patience));
  }
  await Promise.all(deeds);
}

async function untilAllEnded(fleet: BotFleet, findings: Findings): Promise<void> {
  /** `null`: no bot answers yet, or its database does not. */
  const open = async (status: string): Promise<number | null> => {
    const url = `${fleet.url()}/api/executions?status=${status}&limit=200`;
    const response = await fetch(url).catch(() => null);
    if (!response?.ok) return null;
    const { executions } = (await response.json()) as { executions: readonly unknown[] };
    return executions.length;
  };
  let left = 1;
  for (const end = performance.now() + CALM_MS; left > 0 && performance.now() < end; ) {
    await pause(LOOK_MS);
    const counts = [await open("queued"), await open("running"), await open("waiting")];
    if (counts.includes(null)) continue;
    left = counts.reduce((sum: number, count) => sum + (count ?? 0), 0);
  }
  if (left > 0) findings.problem(`${left} executions did not end within ${CALM_MS / 1000} s`);
}

async function untilQuiet(store: ChaosStore, findings: Findings): Promise<void> {
  for (const end = performance.now() + CALM_MS; ; ) {
    const left = (await store.whatIsLeft?.()) ?? null;
    if (left === null) return;
    if (performance.now() > end)
      return findings.problem(`something is due that nobody does: ${left}`);
    await pause(LOOK_MS);
  }
}

/** Cards of what is over must not ask any more. */
async function untilCardsRest(clicker: Clicker, findings: Findings): Promise<void> {
  const end = performance.now() + CARDS_MS;
  while (clicker.openCards().length > 0 && performance.now() < end) await pause(LOOK_MS);
  const left = clicker.openCards().length;
  if (left > 0) findings.problem(`${left} cards still ask for what is over`);
}

function countDeeds(fleet: BotFleet, load: Load, clicker: Clicker, findings: Findings): void {
  findings.count("kills", fleet.kills);
  findings.count("kills before the bot was ready", fleet.killsAtStart);
  findings.count("requests sent again", load.repeats);
  findings.count("clicks", clicker.clicks);
  findings.count("clicks acknowledged", clicker.acknowledged);
}
