import { join } from "node:path";
import { createCron } from "../../src/adapters/node-cron.ts";
import { createEngine, type RunningEngine } from "../../src/engine/engine.ts";
import { executionIdFor } from "../../src/engine/model/execution-id.ts";
import { type ExecutionStatus, isFinished } from "../../src/engine/model/state.ts";
import type { Logger } from "../../src/engine/ports/logger.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../src/engine/triggers/types/index.ts";
import { lockDataDir } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { Chance } from "./chance.ts";
import { MovingClock } from "./moving-clock.ts";
import { type Moment, planMoments, SAMPLE_DAYS } from "./plan.ts";
import { readSampleDefinition, sampleId } from "./sample-definitions.ts";
import { createSampleModel, createSampleServices, type SampleWorld } from "./sample-fakes.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

const DAY_MS = 86_400_000;
const DEFAULT_MODEL = "gpt-4o-mini";
/** Turns of the event loop until the effect of a timer or a decision shows in a status. */
const SETTLE_TURNS = 20;
/** Most turns of the event loop that a sample run needs to come to rest. */
const MAX_TURNS = 20_000;
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  finance: ["U0BOB", "U0CAROL"],
  moderators: ["U0ALICE", "U0CAROL"],
  oncall: ["U0ALICE", "U0BOB"],
};

const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export interface SampleOptions {
  /** The folder of the embedded store; no other process may have it open. */
  readonly dataDir: string;
  /** Where the shipped workflows are. */
  readonly workflowsDir: string;
  /** The present, in milliseconds since 1970. */
  readonly now: number;
}

/**
 * Fills an embedded store with runs of the last 30 days: the real engine executes them with a clock
 * that is moved through these days, the stand-in model and services that send nothing.
 *
 * Each belongs to a workflow whose name says that it is a sample.
 *
 * @returns how many runs there are now.
 */
export async function seedSampleRuns(options: SampleOptions): Promise<number> {
  await using _lock = await lockDataDir(options.dataDir);
  // A power cut may take samples: they are made again with the next reset.
  const path = join(options.dataDir, "heddle.db");
  await using store = await openSqliteStore({ path, synchronous: "off" });
  const clock = new MovingClock(options.now - (SAMPLE_DAYS + 1) * DAY_MS);
  const world: SampleWorld = { clock, chance: new Chance(7), trouble: undefined };
  const engine = openEngine(store, world);
  try {
    for (const workflow of new Set(SCENARIOS.map((scenario) => scenario.workflow))) {
      const definition = await readSampleDefinition(options.workflowsDir, workflow);
      const result = await engine.workflows.deploy(definition, { by: "sample data" });
      if (!result.deployed)
        throw new Error(`${workflow}: ${result.problems.map((one) => one.message).join(" ")}`);
    }
    await engine.run();
    return await play(planMoments(options.now), engine, world);
  } finally {
    await engine.stop();
  }
}

function openEngine(store: Store, world: SampleWorld): RunningEngine {
  const cron = createCron();
  return createEngine({
    store,
    clock: world.clock,
    logger: silentLogger,
    directory: {
      person: async (id) => ({
        id,
        name: id,
        isAdmin: id === "U0ALICE",
        isGuest: false,
        isStranger: false,
        isBot: false,
      }),
      groupMembers: async (group) => GROUPS[group.replace("@", "")] ?? null,
      channelMembers: async () => null,
    },
    services: createSampleServices(world),
    model: createSampleModel(world),
    defaultModel: DEFAULT_MODEL,
    stepTypes: createStepTypes({ defaultModel: DEFAULT_MODEL }),
    triggerTypes: createTriggerTypes({ cron }),
    cron,
    revealSecrets: (params) => params,
    // Everything here wakes the engine at once; polls would only slow it down.
    pollMs: 365 * DAY_MS,
  });
}

/** Plays all moments in order. @returns the number of runs. */
async function play(
  moments: readonly Moment[],
  engine: RunningEngine,
  world: SampleWorld,
): Promise<number> {
  const open = new Set<string>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await nextTurn();
    for (const executionId of open) {
      if (isFinished(await rest(engine, executionId))) open.delete(executionId);
    }
  };
  let started = 0;
  for (const moment of moments) {
    const executionId = executionIdFor("sample", String(moment.run));
    await world.clock.moveTo(moment.at, settle);
    if (moment.kind === "start") {
      world.trouble = moment.scenario.trouble;
      await start(engine, executionId, moment.scenario);
      open.add(executionId);
      started += 1;
    } else if (open.has(executionId)) {
      await decide(engine, executionId, moment);
    }
    await settle();
    world.trouble = undefined;
  }
  return started;
}

async function start(
  engine: RunningEngine,
  executionId: string,
  scenario: Scenario,
): Promise<void> {
  const { workflow, variables, startedBy } = scenario;
  await engine.executions.start({
    workflowId: sampleId(workflow),
    variables,
    variableForm: "json",
    trigger: startedBy === undefined ? { type: "api" } : { type: "slash", userId: startedBy },
    executionId,
  });
}

async function decide(
  engine: RunningEngine,
  executionId: string,
  { by, choice }: Moment & { kind: "decide" },
): Promise<void> {
  const { requests } = await engine.executions.get(executionId);
  const open = requests.find((request) => request.outcome === null)?.opened;
  if (open === undefined) return;
  const { id: requestId, round, hash } = open;
  const vote = await engine.approvals.vote({ executionId, requestId, round, hash, choice, by });
  if (vote.recorded) await vote.settled;
}

/** Waits until a run is at rest. @returns its status. */
async function rest(engine: RunningEngine, executionId: string): Promise<ExecutionStatus> {
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const { status } = await engine.executions.get(executionId);
    if (status !== "running" && status !== "queued") return status;
    await nextTurn();
  }
  throw new Error(`The sample run ${executionId} does not come to rest.`);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
