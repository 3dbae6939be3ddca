import { describe, expect, test } from "vitest";
import type { AttemptResult } from "../../../src/engine/definition/step-type.ts";
import { nextDue } from "../../../src/engine/execution/decider/advance.ts";
import { waitReasons } from "../../../src/engine/execution/projections/execution-record.ts";
import { totalsOf } from "../../../src/engine/execution/projections/totals.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

/** A plan for a child that may cost `capNano`. */
function plan(capNano: number): AttemptResult {
  const child = { workflowId: "child", version: 1, variables: {}, capNano };
  return { kind: "child", child, waits: true, costNano: 0 };
}

describe("money of a child", () => {
  const asks = { id: "ask", type: "scripted", config: { reserveNano: 400 } };
  const branches = [
    { id: "a", steps: [{ id: "call", type: "scripted" }] },
    { id: "b", steps: [{ id: "nap", type: "wait", config: { duration: "1s" } }, asks] },
  ];
  const both = (): ExecutionHarness =>
    new ExecutionHarness(
      workflow([{ id: "both", type: "parallel", config: { branches, failureMode: "continue" } }], {
        limits: { maxCostUsd: 1e-6 },
      }),
    );
  const plans = (run: ExecutionHarness, capNano: number): ExecutionHarness => {
    const { path, attempt, epoch } = run.activeStep("call");
    return run.endAt({ path, attempt, epoch, result: plan(capNano) });
  };
  const ends = (run: ExecutionHarness, spentNano: number): ExecutionHarness =>
    run.signal({
      id: "child:1",
      kind: "child_ended",
      payload: {
        path: "both#1/a/call#1",
        attempt: 1,
        childId: run.log.find((event) => event.type === "child_started")?.childId ?? "none",
        status: "completed",
        output: 7,
        spentNano,
      },
    });

  test("is its own cap or what is left, held until it has ended, then what it spent", () => {
    const run = plans(both(), 700);
    expect(run.state.reservedNano).toBe(700);
    expect(run.log.at(-1)).toMatchObject({ type: "child_started", allottedNano: 700 });

    ends(run, 250);

    expect(run.state).toMatchObject({ reservedNano: 0, spentNano: 250 });
    expect(run.state.steps.at(-1)).toMatchObject({ stepId: "call", costNano: 250 });
    expect(plans(both(), 5000).state.reservedNano).toBe(1000);
    // In the totals it counts once: with the workflow that spent it.
    const spent = totalsOf(run.state.start, run.log, false).map(({ costNano }) => costNano);
    expect(spent.every((nano) => nano === 0)).toBe(true);
  });

  const several = (count: number): ExecutionHarness => {
    const body = [{ id: "call", type: "scripted" }];
    const config = { items: "variables.list", concurrency: count, steps: body };
    const limits = { maxCostUsd: 1e-6 };
    return new ExecutionHarness(workflow([{ id: "each", type: "foreach", config }], { limits }), {
      list: Array.from({ length: count }, (_, index) => index),
    });
  };
  const planAt = (run: ExecutionHarness, index: number, capNano: number): ExecutionHarness => {
    const path = `each#1/${index}/call#1`;
    return run.endAt({ path, attempt: 1, epoch: run.state.epoch, result: plan(capNano) });
  };
  const endAt = (run: ExecutionHarness, index: number, spentNano: number): ExecutionHarness => {
    const path = `each#1/${index}/call#1`;
    const childId = run.state.activeSteps.get(path)?.childId ?? "none";
    const payload = { path, attempt: 1, childId, status: "completed", output: 7, spentNano };
    return run.signal({ id: `child:${childId}`, kind: "child_ended", payload });
  };
  const allotted = (run: ExecutionHarness): readonly (number | undefined)[] =>
    run.log.flatMap((event) => (event.type === "child_started" ? [event.allottedNano] : []));

  test("is not what others happen to leave: a child that would get too little waits until they have ended", () => {
    const run = several(3);
    for (const index of [0, 1, 2]) planAt(run, index, 600);
    expect(allotted(run)).toEqual([600]);
    expect(run.state).toMatchObject({ status: "waiting", reservedNano: 600 });
    expect(waitReasons(run.state)).toEqual(["child", "room"]);

    endAt(run, 0, 100);
    expect(allotted(run)).toEqual([600, 600]);
    endAt(run, 1, 500);
    // Nobody holds anything any more: it gets what is left.
    expect(allotted(run)).toEqual([600, 600, 400]);
    endAt(run, 2, 400);

    expect(run.state).toMatchObject({ status: "completed", spentNano: 1000, reservedNano: 0 });
  });

  test("does not keep children waiting whose caps fit beside each other, or that cannot cost anything", () => {
    const run = several(4);
    planAt(run, 0, 500);
    planAt(run, 1, 500);
    planAt(run, 2, 0);
    planAt(run, 3, 500);

    expect(allotted(run)).toEqual([500, 500, undefined]);
  });

  test("is not waited for once the run is cancelled: nothing more is started", () => {
    const run = several(2);
    planAt(run, 0, 1000);
    planAt(run, 1, 1000);
    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } });

    expect(run.state.status).toBe("cancelled");
    expect(allotted(run)).toEqual([1000]);
  });

  test("keeps the parent from spending it twice", () => {
    const run = plans(both(), 700).advance(1000);

    expect(run.activeStep("ask")).toMatchObject({ waitingOn: "budget" });
  });

  test("that was given up is held until its end is known, also after the end of the run", () => {
    const run = plans(both(), 700);
    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } });
    expect(run.state).toMatchObject({ status: "cancelled", reservedNano: 700 });
    // Nobody knows yet whether the child began.
    expect([...run.state.outbox.values()]).toMatchObject([
      { kind: "cancel_child", start: { type: "child_started", allottedNano: 700 } },
    ]);
    expect(nextDue(run.state, run.worklist)).toBeNull();

    ends(run, 250);

    expect(run.state).toMatchObject({ status: "cancelled", reservedNano: 0, spentNano: 250 });
  });
});
