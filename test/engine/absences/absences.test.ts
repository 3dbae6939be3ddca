import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Absence } from "../../../src/engine/api/absences.ts";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { settle } from "../../support/manual-clock.ts";
import { type MongoServer, mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { until } from "../../support/until.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The clock of the tests begins at nine. */
const NINE = Date.UTC(2026, 10, 23, 9, 0, 0);

const noting = (id: string, rest: object) => ({
  ...{
    id,
    name: `The ${id}`,
    steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
  },
  ...rest,
});

const hourly = (missed: string) =>
  noting("report", { trigger: { type: "schedule", cron: "30 * * * *", missed } });

const asking = noting("expense", {
  steps: [
    {
      id: "ask",
      type: "approval",
      config: {
        channel: "C0APPROVALS",
        title: "?",
        message: "?",
        approvers: ["U0BOB"],
        timeout: "1h",
      },
      next: { approve: "end", reject: "end", expired: "end" },
    },
  ],
});

const waiting = noting("parcel", {
  steps: [{ id: "pause", type: "wait", config: { duration: "1h" } }],
});

const hanging = noting("slow", {
  steps: [{ id: "call", type: "service", config: { service: "http", url: "https://x.example/" } }],
});

/** What an engine reports of absences, and answers to it. */
function listen(engine: RunningEngine, people: readonly string[] = ["U0ALICE"]): Absence[] {
  const heard: Absence[] = [];
  engine.absences.onAbsence(async (absence, progress) => {
    heard.push(absence);
    for (const person of people) if (!progress.isDone(person)) await progress.done(person);
    return true;
  });
  return heard;
}

/** Away for some time, and there again. @returns what is reported then. */
async function leave(harness: WorkflowHarness, ms: number): Promise<Absence[]> {
  await harness.restart(async () => harness.clock.lag(ms));
  const heard = listen(harness.engine);
  await harness.clock.advance(2 * MINUTE);
  return heard;
}

/** The server of MongoDB removes by its own clock what expired: for it the time of a test must not lie in the past. */
const LATER = Date.UTC(2100, 0, 4, 9, 0, 0);

const openWith = (definition: object, store?: Store) =>
  WorkflowHarness.open(definition, { deployer: "U0CAROL", ...(store && { store, now: LATER }) });

describe("after an absence it is reported", () => {
  test.for<readonly [string, number]>([
    ["skip", 3],
    ["latest", 2],
    ["all", 0],
  ])("how many times of a schedule with missed %s are left out: %i", async ([missed, count]) => {
    await using harness = await openWith(hourly(missed));

    const heard = await leave(harness, 3 * HOUR);

    const about = { workflowId: "report", workflowName: "The report", owner: "U0CAROL" };
    const times = [9.5, 10.5, 11.5].map((hour) => NINE + (hour - 9) * HOUR).slice(0, count);
    expect(heard).toEqual(
      count === 0
        ? []
        : [
            {
              from: NINE,
              to: NINE + 3 * HOUR,
              missed: [{ kind: "schedule", ...about, times, count }],
            },
          ],
    );
  });

  test("that the time of a decision ran out, to who started the run", async () => {
    await using harness = await openWith(asking);
    const { executionId } = await harness.start("expense", {});

    const [absence] = await leave(harness, 2 * HOUR);

    expect(absence?.missed).toEqual([
      {
        ...{ kind: "expired", executionId, at: NINE + HOUR, owner: "U0ALICE" },
        ...{ workflowId: "expense", workflowName: "The expense" },
      },
    ]);
    const view = await harness.engine.executions.get(executionId);
    expect(view.status).toBe("completed");
  });

  test("that a run continues later than it should", async () => {
    await using harness = await openWith(waiting);
    const { executionId } = await harness.engine.executions.start({
      ...{ workflowId: "parcel", variables: {}, variableForm: "json" },
      trigger: { type: "slash", userId: "U0BOB" },
    });
    await settle();

    const [absence] = await leave(harness, 2 * HOUR);

    expect(absence?.missed).toMatchObject([
      { kind: "late", executionId, at: NINE + HOUR, owner: "U0BOB" },
    ]);
  });

  test("that a run was under way", async () => {
    let calls = 0;
    await using harness = await WorkflowHarness.open(hanging, {
      services: () => (++calls === 1 ? new Promise<never>(() => undefined) : { status: 200 }),
    });
    const { executionId } = await harness.engine.executions.start({
      ...{ workflowId: "slow", variables: {}, variableForm: "json" },
      trigger: { type: "slash", userId: "U0BOB" },
    });
    await until(async () => (calls > 0 ? true : undefined));

    const [absence] = await leave(harness, HOUR);

    expect(absence?.missed).toMatchObject([{ kind: "interrupted", executionId, owner: "U0BOB" }]);
  });

  test("which workflows Slack's events would have started, once it has given up sending them again", async () => {
    const triggers = [
      { type: "message", keywords: ["x"], channels: ["#help"] },
      { type: "reaction", emoji: "eyes", channels: ["#ops"] },
    ];
    await using harness = await openWith(noting("helper", { triggers }));

    expect(await leave(harness, 4 * MINUTE)).toEqual([]);
    const [absence] = await leave(harness, HOUR);

    const channels = ["#help", "#ops"];
    expect(absence?.missed).toMatchObject([{ kind: "events", owner: "U0CAROL", channels }]);
    expect(absence?.missed[0]).toMatchObject({ until: (absence?.to ?? 0) - 5 * MINUTE });
  });
});

describe("nothing is reported", () => {
  test("of an absence in which nothing was due, of a restart, or by a bot that was never there before", async () => {
    await using harness = await openWith(hourly("skip"));
    const first = listen(harness.engine);
    await harness.clock.advance(2 * MINUTE);

    expect(first).toEqual([]);
    expect(await leave(harness, 10 * MINUTE)).toEqual([]);
    expect(await leave(harness, 10_000)).toEqual([]);
  });

  test("when the clock was set back meanwhile", async () => {
    await using harness = await openWith(hourly("skip"));

    await harness.restart(async () => harness.clock.set(-3 * HOUR));
    const heard = listen(harness.engine);
    await harness.clock.advance(2 * MINUTE);

    expect(heard).toEqual([]);
  });
});

test("a process stops in order while a note cannot be sent, and the next one sends it", async () => {
  await using harness = await openWith(hourly("skip"));
  await harness.restart(async () => harness.clock.lag(3 * HOUR));
  let tries = 0;
  harness.engine.absences.onAbsence(() => {
    tries += 1;
    return new Promise<never>(() => undefined);
  });
  await until(async () => {
    await harness.clock.advance(MINUTE);
    return tries > 0 ? true : undefined;
  });

  let isStopped = false;
  const restarting = harness.restart(async () => {
    isStopped = true;
  });
  await until(async () => {
    await harness.clock.advance(1000);
    return isStopped ? true : undefined;
  });
  await restarting;
  const heard = listen(harness.engine);
  await harness.clock.advance(15 * MINUTE);

  expect(heard).toHaveLength(1);
});

test("of absences that were reported the store keeps the last one alone", async () => {
  await using harness = await openWith(hourly("skip"));

  for (let absence = 0; absence < 3; absence += 1)
    expect(await leave(harness, 3 * HOUR)).toHaveLength(1);

  expect(await harness.store.kv.list("absence:")).toHaveLength(1);
});

describe.each(mongoMissing === null ? ["sqlite", "mongodb"] : ["sqlite"])("with %s", (kind) => {
  let server: MongoServer | null = null;
  beforeAll(async () => {
    if (kind === "mongodb") server = await startMongoServer();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const open = async (): Promise<Store> =>
    server === null ? openSqliteStore({ path: ":memory:" }) : openMongoStore(server.uri());

  /** Lets minutes pass, and what they begin get to its end, until something is so. */
  const pass = (harness: WorkflowHarness, isSo: () => boolean): Promise<true> =>
    until(async () => {
      if (isSo()) return true;
      await harness.clock.advance(MINUTE);
      return undefined;
    });

  /** What still was to be reported is gone from the store. */
  const isClosed = (harness: WorkflowHarness): Promise<true> =>
    until(async () => {
      await harness.clock.advance(MINUTE);
      const left = (await harness.store.kv.list("absence:")).filter(({ value }) => value !== null);
      return left.length === 0 ? true : undefined;
    });

  test("one of several processes reports it, once", async () => {
    await using harness = await openWith(hourly("skip"), await open());
    const others = [harness.another(), harness.another()];

    await harness.restart(async () => {
      harness.clock.lag(3 * HOUR);
      await Promise.all(others.map((one) => one.run()));
    });
    const heard = [harness.engine, ...others].map((one) => listen(one));
    await pass(harness, () => heard.flat().length > 0);
    await isClosed(harness);
    await harness.clock.advance(30 * MINUTE);

    expect(heard.flat()).toHaveLength(1);
    expect(heard.flat()[0]?.missed).toMatchObject([{ kind: "schedule", count: 3 }]);
    await Promise.all(others.map((one) => one.stop()));
    expect(await leave(harness, MINUTE)).toEqual([]);
  });

  test("a process that dies before all people were notified leaves the rest to the next, and no one hears it twice", async () => {
    await using harness = await openWith(hourly("skip"), await open());
    const told: string[] = [];
    const notifying = (engine: RunningEngine, people: readonly string[], isComplete: boolean) =>
      engine.absences.onAbsence(async (_absence, progress) => {
        for (const person of people) {
          if (progress.isDone(person)) continue;
          told.push(person);
          await progress.done(person);
        }
        return isComplete;
      });
    await harness.restart(async () => harness.clock.lag(3 * HOUR));
    notifying(harness.engine, ["U0ALICE"], false);
    await pass(harness, () => told.length > 0);

    await harness.restart();
    notifying(harness.engine, ["U0ALICE", "U0BOB"], true);
    await pass(harness, () => told.length > 1);
    await isClosed(harness);
    await harness.restart();
    notifying(harness.engine, ["U0ALICE", "U0BOB"], true);
    await harness.clock.advance(15 * MINUTE);

    expect(told).toEqual(["U0ALICE", "U0BOB"]);
  });
});
