import { describe, expect, test } from "vitest";
import type { AttemptResult } from "../../../src/engine/definition/step-type.ts";
import { isCostUnknown } from "../../../src/engine/model/state.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

const CALL: JsonObject = { id: "call", type: "scripted", next: "after" };
const AFTER: JsonObject = { id: "after", type: "scripted" };

function plan(waits: boolean, capNano = 0): AttemptResult {
  const child = { workflowId: "child", version: 3, variables: { n: 1 }, capNano };
  return { kind: "child", child, waits, costNano: 0 };
}

/** A run whose step has found the workflow that it starts. */
function calling(waits: boolean, capNano = 0, call: JsonObject = CALL): ExecutionHarness {
  const run = new ExecutionHarness(workflow([call, AFTER]));
  return run.endAt({ path: "call#1", attempt: 1, epoch: 1, result: plan(waits, capNano) });
}

function childIds(run: ExecutionHarness): readonly string[] {
  return run.log.flatMap((event) => (event.type === "child_started" ? [event.childId] : []));
}

/** The other run has ended and says so. */
function end(run: ExecutionHarness, payload: JsonObject): ExecutionHarness {
  const childId = childIds(run).at(-1) ?? "none";
  const whole = {
    path: "call#1",
    attempt: 1,
    childId,
    workflowId: "child",
    spentNano: 0,
    ...payload,
  };
  return run.signal({ id: `child:${childId}`, kind: "child_ended", payload: whole });
}

describe("a step that starts another run", () => {
  test("waits for its end and takes its output", () => {
    const run = calling(true);
    expect(run.activeStep("call")).toMatchObject({ phase: "waiting", waitingOn: "child" });
    expect(run.log.at(-1)).toMatchObject({ workflowId: "child", version: 3, variables: { n: 1 } });
    expect(run.log.at(-1)).not.toHaveProperty("allottedNano");

    end(run, { status: "completed", output: "done" });

    expect(run.output("call")).toBe("done");
    expect(run.activeStep("after").phase).toBe("running");
  });

  test("takes null from a run without an output", () => {
    expect(end(calling(true), { status: "completed" }).output("call")).toBeNull();
  });

  test("goes on at once if it does not wait, and a later end changes nothing but the cost", () => {
    const run = calling(false, 500);
    const [childId] = childIds(run);

    expect(run.output("call")).toEqual({ executionId: childId });
    expect(run.activeStep("after").phase).toBe("running");
    expect(run.state.reservedNano).toBe(0);
    expect([...run.state.outbox.values()]).toMatchObject([{ kind: "start_child" }]);
    run.take([{ type: "outbox_delivered", ids: [...run.state.outbox.keys()] }]);
    expect(run.state.outbox.size).toBe(0);
  });

  test("fails with the reason of the other run", () => {
    const error = { code: "service_rejected", message: "No such customer." };
    const run = end(calling(true), { status: "failed", error });

    expect(run.state).toMatchObject({
      status: "failed",
      error: {
        code: "service_rejected",
        message: `Run ${childIds(run)[0]} of "child" failed: No such customer.`,
        retryable: false,
      },
    });
  });

  test("fails if the other run was cancelled, or nobody knows why it failed", () => {
    const cancelled = end(calling(true), { status: "cancelled" });
    expect(cancelled.state.error).toMatchObject({ code: "step_failed", retryable: false });
    expect(cancelled.state.error?.message).toContain('of "child" was cancelled.');

    const silent = end(calling(true), { status: "failed", workflowId: 3 });
    expect(silent.state.error?.message).toContain('of "?" failed: no reason is known.');
    expect(silent.state.error?.code).toBe("step_failed");
  });

  test("is told once of an end, and not by a signal that is none", () => {
    const run = calling(true);
    end(run, { status: "lost" });
    expect(run.activeStep("call").phase).toBe("waiting");
    run.signal({
      id: "child:x",
      kind: "child_ended",
      payload: { path: "call#1", status: "failed" },
    });
    expect(run.activeStep("call").phase).toBe("waiting");
    const [childId = ""] = childIds(run);
    run.signal({
      id: "child:y",
      kind: "child_ended",
      payload: { path: "call#1", childId, status: "completed", output: 1, costUnknown: true },
    });

    expect(run.output("call")).toBe(1);
    expect(run.state.spentNano).toBe(0);
    expect(isCostUnknown(run.state)).toBe(true);
    expect(run.state.steps.at(-1)).toMatchObject({ costUnknown: true });
  });

  test("starts another one when it is done again after the first has ended", () => {
    const run = end(calling(true), { status: "failed" });

    run.signal({ id: "r1", kind: "retry", payload: { by: "U0BOB", path: "call#1" } });
    const { path, attempt, epoch } = run.activeStep("call");
    run.endAt({ path, attempt, epoch, result: plan(true) });

    expect(new Set(childIds(run)).size).toBe(2);
  });

  test("has it stop when the run is cancelled, and what it spent is unknown until it has ended", () => {
    const run = calling(true, 500);
    run.take([{ type: "outbox_delivered", ids: [...run.state.outbox.keys()] }]);
    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0EVE" } });

    const [order] = run.state.outbox.values();
    expect(order).toMatchObject({ kind: "cancel_child", childId: childIds(run)[0], by: "U0EVE" });
    expect(order).not.toHaveProperty("start");
    expect(isCostUnknown(run.state)).toBe(true);

    end(run, { status: "cancelled", spentNano: 200 });

    expect(run.state).toMatchObject({ status: "cancelled", spentNano: 200, reservedNano: 0 });
    expect(isCostUnknown(run.state)).toBe(false);
    expect(run.state.outbox.size).toBe(0);
  });

  test("has it stop in the name of the run when something else ends its branch", () => {
    const branches = [
      { id: "a", timeoutMs: 1000, steps: [{ id: "call", type: "scripted" }] },
      { id: "b", steps: [{ id: "nap", type: "wait", config: { duration: "1h" } }] },
    ];
    const config = { branches, failureMode: "continue" };
    const run = new ExecutionHarness(workflow([{ id: "all", type: "parallel", config }]));
    run.endAt({ path: "all#1/a/call#1", attempt: 1, epoch: 1, result: plan(true) });

    run.advance(1000);

    expect([...run.state.outbox.values()]).toMatchObject([{ kind: "cancel_child", by: "exec_1" }]);
  });

  test("whose end comes while the run is being cancelled goes nowhere", () => {
    const branches = [
      { id: "a", steps: [{ id: "call", type: "scripted" }] },
      { id: "b", steps: [{ id: "slow", type: "scripted" }] },
    ];
    const run = new ExecutionHarness(
      workflow([{ id: "all", type: "parallel", config: { branches } }]),
    );
    run.endAt({ path: "all#1/a/call#1", attempt: 1, epoch: 1, result: plan(true) });
    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0EVE" } });

    end(run, { path: "all#1/a/call#1", status: "completed", spentNano: 9 });

    expect(run.types()).not.toContain("step_completed");
    expect(run.state.spentNano).toBe(9);
  });
});
