import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { cpuTimeOf } from "../../support/cpu-time.ts";
import { type MongoServer, mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { until } from "../../support/until.ts";
import { TriggerHarness } from "./trigger-harness.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const schedule = (config: JsonObject): JsonObject => ({ type: "schedule", ...config });

function textOf(run: JsonObject, name: string): string {
  const value = run[name];
  return typeof value === "string" ? value : "";
}

/** The variables of all runs, by the time that was scheduled. */
async function runsOf(harness: TriggerHarness, engine: RunningEngine) {
  const runs = await harness.runs(engine, "report");
  return runs.toSorted((a, b) => (textOf(a, "at") < textOf(b, "at") ? -1 : 1));
}

async function timesOf(harness: TriggerHarness, engine: RunningEngine) {
  const times = await harness.runs(engine, "report");
  return times.map((run) => textOf(run, "at").slice(5, 16)).sort();
}

describe("a schedule of several lines", () => {
  test("starts at the times of all, once where they fall together", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "report", schedule({ cron: ["*/30 * * * *", "0,10 * * * *"] }));

    await harness.clock.advance(HOUR);

    expect(await timesOf(harness, engine)).toEqual(["11-23T09:10", "11-23T09:30", "11-23T10:00"]);
  });

  test("gives the runs of each line its values, in its time zone", async () => {
    await using harness = await TriggerHarness.open({
      ...{ now: Date.UTC(2026, 10, 23, 7, 30), pollMs: MINUTE },
    });
    const engine = await harness.start();
    const inputs = { region: { type: "string", required: true } };
    const schedules = [
      { cron: "0 9 * * *", timezone: "Europe/Berlin", inputs: { region: "EU" } },
      { cron: ["0 9 * * *", "0 18 * * *"], timezone: "Asia/Kolkata", inputs: { region: "IN" } },
      { cron: "0 9 * * *", inputs: { region: "UK" } },
    ];
    await harness.deploy(engine, "report", schedule({ schedules }), { inputs });

    await harness.clock.advance(8 * HOUR);

    expect(await runsOf(harness, engine)).toEqual(
      [
        { triggeredBy: "schedule", at: "2026-11-23T08:00:00.000Z", region: "EU" },
        { triggeredBy: "schedule", at: "2026-11-23T09:00:00.000Z", region: "UK" },
        { triggeredBy: "schedule", at: "2026-11-23T12:30:00.000Z", region: "IN" },
      ].map((run) => expect.objectContaining(run)),
    );
  });

  test("starts a run for each of two lines with one time and other values", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const line = (region: string): JsonObject => ({ cron: "30 9 * * *", inputs: { region } });
    const schedules = [line("EU"), line("IN"), line("EU")];
    await harness.deploy(engine, "report", schedule({ schedules }));

    await harness.clock.advance(HOUR);

    const regions = (await harness.runs(engine, "report")).map(({ region }) => region);
    expect(regions.sort()).toEqual(["EU", "IN"]);
  });

  test("tells its next times before it is deployed", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const { definition } = engine.workflows.validate({
      ...{ id: "report", name: "Report" },
      trigger: schedule({
        schedules: [{ cron: "0 9 * * *" }, { cron: "0 9 * * *", timezone: "Europe/Berlin" }],
      }),
      steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
    });
    if (definition === null) throw new Error("It fits.");

    const next = engine.triggers.upcomingOf(definition, 3);

    expect(next.map((at) => new Date(at).toISOString().slice(5, 16))).toEqual([
      "11-24T08:00",
      "11-24T09:00",
      "11-25T08:00",
    ]);
  });
});

describe("jitter", () => {
  test("spreads the starts, the same in every process, and each time starts once", async () => {
    const now = Date.UTC(2026, 10, 23, 9, 6);
    await using harness = await TriggerHarness.open({ now, pollMs: MINUTE });
    const engine = await harness.start();
    await harness.start();
    await harness.deploy(engine, "report", schedule({ cron: "*/10 * * * *", jitter: "5m" }));
    const planned = await engine.triggers.upcoming("report", 6);

    await harness.clock.advance((planned.at(-1) ?? 0) + 1000 - harness.clock.now());

    const { executions } = await engine.executions.list({ workflowId: "report" });
    const started = executions.map(({ startedAt }) => Date.parse(startedAt)).sort();
    // A second is as close as the clock looks.
    expect(started.map((at) => Math.floor(at / 1000))).toEqual(
      planned.map((at) => Math.ceil(at / 1000)),
    );
    expect(new Set(planned.map((at) => at % (10 * MINUTE))).size).toBeGreaterThan(3);
    expect(await timesOf(harness, engine)).toEqual([
      ...["11-23T09:10", "11-23T09:20", "11-23T09:30", "11-23T09:40", "11-23T09:50"],
      "11-23T10:00",
    ]);
  });
});

describe("after a year away", () => {
  test.for([
    // One time is not a minute ago.
    ["skip", 2],
    ["latest", 3],
    ["all", 101],
  ] as const)("a schedule of every minute starts at once: %s", async ([missed, count]) => {
    await using harness = await TriggerHarness.open({ pollMs: MINUTE });
    const first = await harness.start();
    await harness.deploy(first, "report", schedule({ cron: "* * * * *", missed }));
    await harness.clock.advance(MINUTE);
    await first.stop();
    harness.clock.lag(YEAR + 30_000);

    const { spent, result: second } = await cpuTimeOf(() => harness.start());

    expect(spent).toBeLessThan(3000);
    expect(await harness.runs(second, "report")).toHaveLength(count);
  });

  test("a hundred schedules that start seldom are looked through at once", async () => {
    await using harness = await TriggerHarness.open({ pollMs: MINUTE });
    const first = await harness.start();
    for (let index = 0; index < 100; index += 1)
      await harness.deploy(first, `report-${index}`, schedule({ cron: `${index % 60} 3 29 2 *` }));
    await harness.clock.advance(MINUTE);
    await first.stop();
    harness.clock.lag(YEAR);

    const { spent } = await cpuTimeOf(() => harness.start());

    expect(spent).toBeLessThan(5000);
  });
});

describe("a clock that is set", () => {
  test("back starts nothing twice, and goes on with the times that come again", async () => {
    await using harness = await TriggerHarness.open({ pollMs: MINUTE });
    const engine = await harness.start();
    await harness.deploy(engine, "report", schedule({ cron: "* * * * *" }));
    await harness.clock.advance(3 * MINUTE);

    harness.clock.set(-2 * MINUTE);
    await harness.clock.advance(4 * MINUTE);

    expect(await timesOf(harness, engine)).toEqual(
      [1, 2, 3, 4, 5].map((minute) => `11-23T09:0${minute}`),
    );
  });

  test("forward by a year and back again keeps no schedule from its times", async () => {
    await using harness = await TriggerHarness.open({ pollMs: MINUTE });
    const first = await harness.start();
    await harness.deploy(first, "report", schedule({ cron: "*/10 * * * *" }));
    harness.clock.set(YEAR);
    await harness.deploy(first, "later", schedule({ cron: "*/10 * * * *" }));
    await harness.clock.advance(2 * MINUTE);
    await first.stop();
    harness.clock.set(-YEAR);

    const second = await harness.start();
    await harness.clock.advance(10 * MINUTE);

    for (const id of ["report", "later"])
      expect(await harness.runs(second, id)).toContainEqual({
        ...{ triggeredBy: "schedule", at: "2026-11-23T09:10:00.000Z" },
      });
  });
});

describe.each(mongoMissing === null ? ["sqlite", "mongodb"] : ["sqlite"])("with %s", (kind) => {
  let server: MongoServer | null = null;
  beforeAll(async () => {
    if (kind === "mongodb") server = await startMongoServer();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test("three processes start each time of each line once", async () => {
    const store =
      server === null
        ? await openSqliteStore({ path: ":memory:" })
        : await openMongoStore(server.uri());
    await using harness = await TriggerHarness.open({ store, now: Date.UTC(2100, 0, 4, 9) });
    const engine = await harness.start();
    // Clocks of machines differ.
    await harness.start(store, 400);
    await harness.start(store, -300);
    const schedules = [
      { cron: "* * * * *", inputs: { region: "EU" } },
      { cron: "*/2 * * * *", inputs: { region: "IN" } },
    ];
    await harness.deploy(engine, "report", schedule({ schedules }));

    const runs = await until(async () => {
      await harness.clock.advance(MINUTE);
      const all = await runsOf(harness, engine);
      return all.length >= 6 ? all : undefined;
    });

    const keys = runs.map((run) => `${textOf(run, "at")} ${textOf(run, "region")}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

const INPUTS = { count: { type: "integer", min: 1 }, region: { type: "string", required: true } };

test.for<readonly [JsonObject, string, string]>([
  [{}, "cron", '"cron" is missing'],
  [{ cron: [] }, "cron", "at least 1"],
  [{ cron: ["0 9 * * *", "0 25 * * *"] }, "cron[1]", '"25" is not possible for the hour'],
  [{ cron: "@reboot" }, "cron", "the start of the bot is no time"],
  [{ cron: "@every 5m" }, "cron", "@every is not known here"],
  [{ cron: "@noon" }, "cron", "there is no such name for a time"],
  [{ cron: "0 0 9 * * 1 2027" }, "cron", "a year cannot be named"],
  [{ cron: "CRON_TZ=Europe/Berlin 0 9 * * *" }, "cron", "the time zone does not stand"],
  [{ cron: "5/15 * * * *" }, "cron", '"5/15" is not possible for the minute'],
  [{ cron: "H 9 * * *" }, "cron", '"H" is not possible'],
  [{ cron: "0 9 1-7 * 1#3" }, "cron", "no day fits"],
  [{ cron: "0 9 L-30 2 *" }, "cron", "no day fits"],
  [{ cron: "0 9 * * *", jitter: "2h" }, "jitter", "must be 1h at most"],
  [{ cron: "0 9 * * *", jitter: "soon" }, "jitter", "a number of milliseconds"],
  [{ cron: "0 9 * * *", schedules: [{ cron: "0 9 * * *" }] }, "schedules", "both"],
  [{ schedules: [] }, "schedules", "at least 1"],
  [{ schedules: [{}] }, "schedules[0].cron", "missing"],
  [{ schedules: [{ cron: "x" }] }, "schedules[0].cron", "has 1 field"],
  [
    { schedules: [{ cron: "0 9 * * *", timezone: "Mars/Olympus" }] },
    "schedules[0].timezone",
    "there is no time zone",
  ],
  [{ schedules: [{ cron: "0 9 * * *", inputs: [] }] }, "schedules[0].inputs", "must be an object"],
])("%j is a problem", async ([trigger, path, text]) => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
  const source = { id: "w", name: "W", trigger: schedule(trigger), steps };
  expect(engine.workflows.validate(source).problems).toMatchObject([
    { path: `trigger.${path}`, message: expect.stringContaining(text) },
  ]);
});

test.for<readonly [string, readonly JsonObject[], string, string]>([
  ["a missing one", [{ region: "EU" }, { count: 2 }], "trigger", 'cannot give the input "region"'],
  ["an unknown one", [{ region: "EU", area: 1 }], "schedules[0].inputs.area", "no input"],
  [
    "another type",
    [{ region: "EU", count: "two" }],
    "schedules[0].inputs.count",
    "is not a whole number",
  ],
  ["one out of bounds", [{ region: "EU", count: 0 }], "schedules[0].inputs.count", "1"],
])(
  "values of a line that do not fit the inputs are a problem: %s",
  async ([, sets, path, text]) => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
    const schedules = sets.map((inputs) => ({ cron: "0 9 * * *", inputs }));
    const trigger = schedule({ schedules });
    const source = { id: "w", name: "W", inputs: INPUTS, trigger, steps };
    expect(engine.workflows.validate(source).problems).toMatchObject([
      {
        path: path === "trigger" ? path : `trigger.${path}`,
        message: expect.stringContaining(text),
      },
    ]);
  },
);
