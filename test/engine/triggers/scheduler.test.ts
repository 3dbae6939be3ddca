import { describe, expect, test } from "vitest";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { TriggerHarness } from "./trigger-harness.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const schedule = (cron: string, rest: object = {}) => ({ type: "schedule", cron, ...rest });

/** The scheduled times of all runs, in order. */
async function times(harness: TriggerHarness, engine: RunningEngine): Promise<readonly unknown[]> {
  return (await harness.runs(engine, "report")).map(({ at }) => at).sort();
}

describe("a schedule", () => {
  test("starts a run at each of its times, in its time zone", async () => {
    await using harness = await TriggerHarness.open({ now: Date.UTC(2026, 10, 23, 7, 58) });
    const engine = await harness.start();
    await harness.deploy(engine, "report", schedule("0 9 * * *", { timezone: "Europe/Berlin" }));

    await harness.clock.advance(MINUTE);
    expect(await harness.runs(engine, "report")).toEqual([]);
    await harness.clock.advance(5 * MINUTE);

    expect(await harness.runs(engine, "report")).toEqual([
      { triggeredBy: "schedule", at: "2026-11-23T08:00:00.000Z" },
    ]);
    const { executions } = await engine.executions.list({});
    expect(await engine.executions.get(executions[0]?.executionId ?? "")).toMatchObject({
      status: "completed",
      startedAt: "2026-11-23T08:00:00.000Z",
      trigger: { type: "schedule", id: "schedule-1" },
    });
  });

  test.for([
    ["0 9 * * 1-5", 3, ["2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T09:00"]],
    ["*/20 * * * * *", 2, ["2026-11-23T09:00", "2026-11-23T09:00"]],
    ["0 9 1 * *", 2, ["2026-12-01T09:00", "2027-01-01T09:00"]],
    ["0 0 1 6 *", 2, ["2027-06-01T00:00", "2028-06-01T00:00"]],
    ["0 0 29 2 *", 1, ["2028-02-29T00:00"]],
  ] as const)("%s tells its next times", async ([cron, count, expected]) => {
    await using harness = await TriggerHarness.open({ now: Date.UTC(2026, 10, 23, 9, 0) });
    const engine = await harness.start();
    await harness.deploy(engine, "report", schedule(cron));
    await harness.deploy(engine, "other", schedule("* * * * *"));

    const next = await engine.triggers.upcoming("report", count);

    expect(next.map((at) => new Date(at).toISOString().slice(0, 16))).toEqual(expected);
  });

  test("can name seconds", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "report", schedule("*/20 * * * * *"));
    await harness.clock.advance(MINUTE);
    expect(await times(harness, engine)).toEqual([
      "2026-11-23T09:00:20.000Z",
      "2026-11-23T09:00:40.000Z",
      "2026-11-23T09:01:00.000Z",
    ]);
  });

  test("starts one run for each time with two processes", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.start();
    await harness.deploy(engine, "report", schedule("* * * * *"));
    await harness.clock.advance(3 * MINUTE);
    expect(await times(harness, engine)).toHaveLength(3);
  });

  test("follows what another process activates within a second", async () => {
    await using harness = await TriggerHarness.open();
    const first = await harness.start();
    await harness.deploy(first, "report", schedule("*/5 * * * * *"));
    const second = await harness.start();
    await harness.deploy(first, "report", schedule("*/2 * * * * *"));
    await first.stop();

    await harness.clock.advance(4000);

    expect(await times(harness, second)).toEqual([
      "2026-11-23T09:00:02.000Z",
      "2026-11-23T09:00:04.000Z",
    ]);
  });

  test("ends with a version that has none", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "report", schedule("* * * * *"));
    await harness.clock.advance(MINUTE);
    await harness.deploy(engine, "report", { type: "manual" });
    await harness.clock.advance(5 * MINUTE);
    expect(await times(harness, engine)).toHaveLength(1);
  });

  test.for<readonly [string, readonly string[]]>([
    ["skip", ["09:00", "10:00", "15:00"]],
    ["latest", ["09:00", "10:00", "14:00", "15:00"]],
    ["all", ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]],
  ])("makes up for missed times: %s", async ([missed, expected]) => {
    await using harness = await TriggerHarness.open({
      now: Date.UTC(2026, 10, 23, 8, 30),
      pollMs: MINUTE,
    });
    const first = await harness.start();
    await harness.deploy(first, "report", schedule("0 * * * *", { missed }));
    await harness.clock.advance(2 * HOUR);
    await first.stop();
    await harness.clock.advance(4 * HOUR);

    const second = await harness.start();
    await harness.clock.advance(HOUR);

    expect(await times(harness, second)).toEqual(
      expected.map((time) => `2026-11-23T${time}:00.000Z`),
    );
  });

  test("makes up for a hundred times at most", async () => {
    await using harness = await TriggerHarness.open();
    const first = await harness.start();
    await harness.deploy(first, "report", schedule("* * * * *", { missed: "all" }));
    await harness.clock.advance(MINUTE);
    await first.stop();
    await harness.clock.advance(5 * HOUR);
    const second = await harness.start();
    expect(await times(harness, second)).toHaveLength(101);
  });

  test("is not passed over when the triggers are looked at first after a busy moment", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "report", schedule("* * * * *"));
    await harness.clock.advance(MINUTE - 500);

    harness.clock.lag(520);
    await harness.deploy(engine, "other", { type: "manual" });
    await harness.clock.advance(2 * MINUTE);

    expect(await times(harness, engine)).toHaveLength(3);
  });

  test("that could not be started because the store was away is started when it is back", async () => {
    await using harness = await TriggerHarness.open();
    let isAway = false;
    const store: Store = {
      ...harness.store,
      description: "failing",
      executions: {
        ...harness.store.executions,
        insert: (head) =>
          isAway
            ? Promise.reject(new AppError({ code: "store_unavailable", message: "Away." }))
            : harness.store.executions.insert(head),
      },
    };
    const engine = await harness.start(store);
    await harness.deploy(engine, "report", schedule("*/5 * * * *", { missed: "latest" }));
    isAway = true;
    await harness.clock.advance(6 * MINUTE);
    expect(await times(harness, engine)).toEqual([]);
    isAway = false;
    await harness.clock.advance(MINUTE);
    expect(await times(harness, engine)).toEqual(["2026-11-23T09:05:00.000Z"]);
  });
});

test.for<readonly [object, string, string]>([
  [{ cron: "* * *" }, "trigger.cron", "has 3 fields, and needs five, or six with seconds first"],
  [{ cron: "61 * * * *" }, "trigger.cron", '"61" is not possible for the minute'],
  [{ cron: "0 0 32 * *" }, "trigger.cron", '"32" is not possible for the day of month'],
  [{ cron: "" }, "trigger.cron", "at least 1 character"],
  [{ cron: "* * * * *", timezone: "Europe/Berln" }, "trigger.timezone", "there is no time zone"],
  [{ cron: "* * * * *", missed: "some" }, "trigger.missed", "is not possible"],
])("%j is a problem", async ([trigger, path, text]) => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
  const source = { id: "w", name: "W", trigger: { type: "schedule", ...trigger }, steps };
  expect(engine.workflows.validate(source).problems).toMatchObject([
    { path, message: expect.stringContaining(text) },
  ]);
});
