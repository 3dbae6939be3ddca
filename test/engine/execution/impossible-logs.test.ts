import { describe, expect, test } from "vitest";
import { apply, applyCommit } from "../../../src/engine/execution/reducer/apply.ts";
import type { ExecutionEvent } from "../../../src/engine/model/events.ts";
import { ExecutionHarness, NINE, workflow } from "../../support/execution-harness.ts";

const CALL = { id: "call", type: "scripted" };
const started = (path: string): ExecutionEvent => ({
  type: "step_started",
  path,
  stepId: "call",
  attempt: 1,
  at: NINE,
});

/**
 * Going on with a log that cannot be would do damage: it is refused, naming event, execution and
 * reason.
 */
describe("a log in which something cannot be", () => {
  test.for<[string, ExecutionEvent, string]>([
    [
      "a second start",
      new ExecutionHarness(workflow([CALL])).state.start,
      "an execution starts once",
    ],
    ["a step in a body that there is not", started("fork#1/a/call#1"), "there is no body for"],
    [
      "a timer of a step that is over",
      { type: "timer_fired", path: "x#1", due: 1, at: 2 },
      "x#1 is not under way",
    ],
    [
      "an item of a step without items",
      { type: "frame_opened", path: "call#1/0", first: "x", at: NINE },
      "no step holds the items",
    ],
    [
      "an end of a body that is not open",
      { type: "frame_closed", path: "call#1/0", status: "completed", at: NINE },
      "call#1/0 is not open",
    ],
    [
      "a vote on what nobody was asked",
      {
        type: "decision_recorded",
        path: "call#1",
        requestId: "r",
        by: "U0BOB",
        choice: "a",
        signalId: "s",
        at: NINE,
      },
      "no such request is open",
    ],
    [
      "budget for a step that did not ask",
      { type: "budget_changed", path: "call#1", requestId: "r", choice: "add", at: NINE },
      "no such request is open",
    ],
  ])("%s is refused", ([, event, why]) => {
    const run = new ExecutionHarness(workflow([CALL]));

    expect(() => apply(run.state, event)).toThrow(
      `The event ${event.type} cannot follow in execution exec_1 at revision 0: `,
    );
    expect(() => apply(run.state, event)).toThrow(why);
  });

  test("a step that begins while it is under way as another entry of its kind does is refused", () => {
    const run = new ExecutionHarness(workflow([CALL]));
    const wait: ExecutionEvent = {
      type: "step_waiting",
      path: "call#1",
      stepId: "call",
      on: "timer",
      at: NINE,
    };

    expect(() => apply(run.state, wait)).toThrow("call#1 is under way");
  });

  test("what goes on after the end is refused; late news are not", () => {
    const run = new ExecutionHarness(workflow([CALL])).end("call", { kind: "ok", output: 1 });

    expect(() => apply(run.state, started("call#2"))).toThrow("the execution is finished");
    expect(run.state).toMatchObject({ status: "completed", output: 1, endedAt: NINE });
    run.take([{ type: "late_result", path: "call#1", attempt: 1, costNano: 3, at: NINE }]);
    expect(run.state).toMatchObject({ status: "completed", spentNano: 3 });
  });

  test("a revision that does not follow the last one is refused", () => {
    const run = new ExecutionHarness(workflow([CALL]));

    expect(() => applyCommit(run.state, 2, [])).toThrow(
      "The log of exec_1 has a gap: revision 2 follows 0.",
    );
    applyCommit(run.state, 1, []);
    expect(() => applyCommit(run.state, 1, [])).toThrow("revision 1 follows 1");
    expect(run.state.rev).toBe(1);
  });

  test("an execution remembers the newest thousand events that woke it", () => {
    const { state } = new ExecutionHarness(workflow([CALL]));
    for (let n = 0; n <= 1000; n += 1) {
      apply(state, {
        type: "event_received",
        path: "call#1",
        eventId: `e${n}`,
        name: "paid",
        at: NINE,
      });
    }

    expect(state.consumed.size).toBe(1000);
    expect([...state.consumed][0]).toBe("call e1");
  });
});
