import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

const HOUR = 3_600_000;
const paid = (rest: JsonObject = {}, next?: JsonObject): JsonObject => ({
  id: "wait",
  type: "wait",
  config: { event: "paid", ...rest },
  ...(next && { next }),
});

/** Somebody tells the run of an event. */
function tell(
  run: ExecutionHarness,
  event: JsonObject,
  signalId = `s:${run.log.length}`,
): ExecutionHarness {
  const payload = { eventId: "e1", name: "paid", at: run.now, payload: { sum: 5 }, ...event };
  return run.signal({ id: signalId, kind: "event", payload });
}

describe("a step that waits for an event", () => {
  test("is woken by it, and has its payload", () => {
    const run = tell(new ExecutionHarness(workflow([paid()])), {}, "s1");

    expect(run.state).toMatchObject({
      status: "completed",
      output: { wokenBy: "event", event: { id: "e1", name: "paid", payload: { sum: 5 } } },
    });
    expect(run.state.seen.has("s1")).toBe(true);
  });

  test.for<[string, JsonObject]>([
    ["of another name", { name: "sent" }],
    ["without an id", { eventId: null }],
    ["without a time", { at: "now" }],
    ["whose payload is no object", { payload: "five" }],
    ["that another condition means", { payload: { sum: 4 } }],
  ])("is not woken by one %s", ([, event]) => {
    const run = tell(
      new ExecutionHarness(workflow([paid({ match: "event.payload.sum == 5" })])),
      event,
    );

    expect(run.activeStep("wait").phase).toBe("waiting");
    expect(run.types()).not.toContain("event_received");
  });

  test("is not woken by one that happened when its time was over, though the timer was not seen yet", () => {
    const run = new ExecutionHarness(
      workflow([
        paid({ timeout: "1h" }, { event: "end", timeout: "late" }),
        { id: "late", type: "scripted" },
      ]),
    );
    run.now += HOUR;

    tell(run, { at: run.now }).advance(0);

    expect(run.output("wait")).toMatchObject({ wokenBy: "timeout" });
    expect(run.activeStep("late").phase).toBe("running");
  });

  test("is woken by one that happened in time and is seen after it", () => {
    const run = new ExecutionHarness(
      workflow([paid({ timeout: "1h" }, { event: "end", timeout: "end" })]),
    );
    run.now += HOUR;

    tell(run, { at: run.now - 1 });

    expect(run.output("wait")).toMatchObject({ wokenBy: "event" });
  });

  test("is not woken by the event that started the run", () => {
    const run = new ExecutionHarness(workflow([paid()]));
    Reflect.set(run.state.start.trigger, "event", "e1");

    tell(run, {});
    expect(run.activeStep("wait").phase).toBe("waiting");
    tell(run, { eventId: "e2" });

    expect(run.state.status).toBe("completed");
  });

  test("in a loop is not woken twice by one event", () => {
    const run = new ExecutionHarness(workflow([paid({}, { event: "wait" })]));

    tell(run, {}, "s1");
    expect(run.activeStep("wait").path).toBe("wait#2");
    tell(run, {}, "s2");
    expect(run.activeStep("wait").path).toBe("wait#2");
    tell(run, { eventId: "e2" }, "s3");

    expect(run.activeStep("wait").path).toBe("wait#3");
  });

  test("of a run that is being cancelled is not woken", () => {
    const branches = [
      { id: "a", steps: [{ id: "slow", type: "scripted" }] },
      { id: "b", steps: [paid()] },
    ];
    const run = new ExecutionHarness(
      workflow([{ id: "all", type: "parallel", config: { branches } }]),
    );
    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } });

    tell(run, {});

    expect(run.activeStep("wait").phase).toBe("waiting");
  });

  test("beside others that wait for the same is woken with them", () => {
    const branches = ["a", "b"].map((id) => ({ id, steps: [paid()] }));
    const run = new ExecutionHarness(
      workflow([{ id: "all", type: "parallel", config: { branches } }]),
    );

    tell(run, {});

    expect(run.state.status).toBe("completed");
  });
});
