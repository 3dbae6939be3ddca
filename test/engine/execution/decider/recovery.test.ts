import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CANCEL_GRACE_MS, nextDue } from "../../../../src/engine/execution/decider/advance.ts";
import { handleAttempt } from "../../../../src/engine/execution/decider/handle-signal.ts";
import { apply, initialState } from "../../../../src/engine/execution/reducer/apply.ts";
import type { ExecutionEvent } from "../../../../src/engine/model/events.ts";
import { isCostUnknown, isFinished } from "../../../../src/engine/model/state.ts";
import type { JsonObject } from "../../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../../support/execution-harness.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const script = (id: string, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "scripted",
  ...rest,
});

/** What a new process does with an execution whose worker died. */
function takeOver(run: ExecutionHarness): ExecutionHarness {
  return run.take([{ type: "execution_claimed", epoch: run.state.epoch + 1, worker: "next" }]);
}

/** The worker dies three times with the same attempt. */
function dieAgainAndAgain(run: ExecutionHarness): void {
  for (let death = 0; death < 3; death += 1) takeOver(run).advance(2 * MINUTE);
}

describe("an attempt whose worker died", () => {
  test("begins again: same attempt, same key, outcome of the first try unknown", () => {
    const run = new ExecutionHarness(workflow([script("pay")]));
    const before = { ...run.activeStep("pay") };

    takeOver(run);

    expect(run.activeStep("pay")).toMatchObject({
      key: before.key,
      attempt: 1,
      unknownBefore: true,
      epoch: 2,
    });
  });

  test("stays in doubt when the next try fails before it could settle the doubt", () => {
    const run = new ExecutionHarness(workflow([script("pay")]));

    run.end("pay", { kind: "failed", outcome: "unknown" }).advance(HOUR);
    run.end("pay", { kind: "failed", outcome: "failed" }).advance(HOUR);

    expect(run.activeStep("pay")).toMatchObject({
      attempt: 3,
      phase: "running",
      unknownBefore: true,
    });
  });

  test("is given up when it keeps killing its worker", () => {
    const run = new ExecutionHarness(workflow([script("poison")]));

    dieAgainAndAgain(run);

    expect(run.state).toMatchObject({
      status: "failed",
      error: {
        code: "attempt_ended_process",
        message: expect.stringContaining('ended 3 times while step "poison" ran'),
        retryable: false,
      },
    });
    // It could not have cost anything.
    expect(isCostUnknown(run.state)).toBe(false);
  });

  test("is not given up because its workers are asked to stop, however often", () => {
    const run = new ExecutionHarness(workflow([script("slow")]));

    for (let stop = 0; stop < 10; stop += 1) {
      const { epoch } = run.state;
      run.take([{ type: "execution_released", epoch, at: run.now }]);
      takeOver(run).advance(2 * MINUTE);
    }
    expect(run.state.status).toBe("running");
    expect(run.activeStep("slow")).toMatchObject({ deaths: 0, recoveries: 10 });

    dieAgainAndAgain(run);
    expect(run.state.error).toMatchObject({ code: "attempt_ended_process" });
  });

  test("is begun again at once when the clock was set back meanwhile", () => {
    const run = new ExecutionHarness(workflow([script("pay")]));
    takeOver(run);
    run.now -= HOUR;

    takeOver(run);

    expect(run.activeStep("pay")).toMatchObject({ epoch: run.state.epoch, begunAt: run.now });
  });

  test("is begun again later each time, and at another time than others that died with it", () => {
    const branch = (id: string) => ({ id, steps: [script(id)] });
    const run = new ExecutionHarness(
      workflow([
        { id: "all", type: "parallel", config: { branches: [branch("one"), branch("two")] } },
      ]),
    );
    const isUp = (id: string): boolean => run.activeStep(id).epoch === run.state.epoch;

    takeOver(run);
    expect([isUp("one"), isUp("two")]).toEqual([true, true]);

    takeOver(run);
    expect([isUp("one"), isUp("two")]).toEqual([false, false]);
    run.advance(250);
    const first = nextDue(run.state, run.worklist) ?? 0;
    expect(first - run.activeStep("one").begunAt).toBeLessThanOrEqual(750);
    run.advance(first - run.now);
    expect(isUp("one")).not.toBe(isUp("two"));
    run.advance(750);
    expect([isUp("one"), isUp("two")]).toEqual([true, true]);

    takeOver(run);
    run.advance(499);
    expect([isUp("one"), isUp("two")]).toEqual([false, false]);
  });

  test("adds its cost and nothing else when its result comes after all", () => {
    const run = new ExecutionHarness(workflow([script("pay")]));
    takeOver(run);

    run.end("pay", { kind: "ok", output: "first", costNano: 700 }, 1);
    expect(run.state).toMatchObject({ status: "running", spentNano: 700 });
    run.end("pay", { kind: "ok", output: "second" });

    expect(run.state.output).toBe("second");
    expect(run.types()).toContain("late_result");
  });
});

describe("money", () => {
  test("of an attempt that kept killing its worker stays charged, and the total says so", () => {
    const run = new ExecutionHarness(workflow([script("ask", { config: { reserveNano: 9000 } })]));

    dieAgainAndAgain(run);

    // Each of the three tries may have made its calls.
    expect(run.state).toMatchObject({ status: "failed", spentNano: 0, reservedNano: 27_000 });
    expect(isCostUnknown(run.state)).toBe(true);
  });

  test("of a call that was given up is held until its result comes, and the total says so", () => {
    const run = new ExecutionHarness(workflow([script("ask", { config: { reserveNano: 9000 } })]));
    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } }).advance(CANCEL_GRACE_MS);
    expect(isCostUnknown(run.state)).toBe(true);

    const late = {
      path: "ask#1",
      attempt: 1,
      epoch: 1,
      result: { kind: "ok", output: 1, costNano: 400 },
    } as const;
    run.take(handleAttempt(run.workflow, run.state, late, run.now));

    expect(isCostUnknown(run.state)).toBe(false);
    expect(run.state).toMatchObject({ status: "cancelled", spentNano: 400, reservedNano: 0 });
  });
});

describe("a cancellation", () => {
  const cancel = { id: "c1", kind: "cancel", payload: { by: "U0ALICE" } } as const;

  test("waits a moment for what is under way, then ends the run", () => {
    const run = new ExecutionHarness(workflow([script("slow")]));

    run.signal(cancel);
    expect(isFinished(run.state.status)).toBe(false);
    expect(nextDue(run.state, run.worklist)).toBe(run.now + CANCEL_GRACE_MS);
    run.advance(CANCEL_GRACE_MS);

    expect(run.state.status).toBe("cancelled");
  });

  test("does not wait for what died with its worker", () => {
    const run = new ExecutionHarness(workflow([script("slow")]));
    takeOver(run);
    run.take([{ type: "execution_claimed", epoch: 3, worker: "w3" }]);
    expect(run.activeStep("slow").epoch).toBe(2);

    run.signal(cancel);

    expect(run.state.status).toBe("cancelled");
  });

  test("ends a waiting run at once and leaves no timer", () => {
    const run = new ExecutionHarness(
      workflow([{ id: "nap", type: "wait", config: { duration: "1d" } }]),
    );

    run.signal(cancel);

    expect(run.state.status).toBe("cancelled");
    expect(nextDue(run.state, run.worklist)).toBeNull();
  });

  test("delivered twice is folded once", () => {
    const run = new ExecutionHarness(workflow([script("slow")]));

    run.signal(cancel).signal(cancel);

    expect(run.types().filter((type) => type === "execution_cancel_requested")).toHaveLength(1);
  });
});

/** Something that can happen to a run, in any order. */
const command = fc.oneof(
  fc.record({
    kind: fc.constant("ok" as const),
    output: fc.constantFrom("a", "b", 3, null),
    costNano: fc.nat(5000),
  }),
  fc.record({
    kind: fc.constant("failed" as const),
    retryable: fc.boolean(),
    costNano: fc.nat(5000),
  }),
  fc.record({
    kind: fc.constant("decide" as const),
    by: fc.constantFrom("U0BOB", "U0CAROL"),
    choice: fc.constantFrom("approve", "reject"),
  }),
  fc.record({ kind: fc.constant("advance" as const), ms: fc.nat(7_200_000) }),
  fc.record({ kind: fc.constantFrom("cancel" as const, "die" as const) }),
);

const mixed = workflow(
  [
    script("work", {
      next: { a: "ask", b: "work", default: "nap" },
      onFailure: "fallback",
      fallbackStep: "nap",
    }),
    {
      id: "ask",
      type: "approval",
      config: { title: "?", approvers: ["U0BOB"], required: 2, timeout: "1h" },
      next: { approve: "work", reject: "end", expired: "nap" },
    },
    { id: "nap", type: "wait", config: { duration: "10m" }, next: "count" },
    { id: "count", type: "transform", config: { expression: "1 + 1" }, next: "ask" },
  ],
  { limits: { maxSteps: 40 } },
);

function execute(
  run: ExecutionHarness,
  what: typeof command extends fc.Arbitrary<infer T> ? T : never,
): void {
  switch (what.kind) {
    case "ok":
    case "failed": {
      const activeStep = [...run.state.activeSteps.values()].find((one) => one.phase === "running");
      if (!activeStep) return;
      const error = {
        code: "x",
        message: "No.",
        retryable: what.kind === "failed" && what.retryable,
      };
      const { costNano } = what;
      run.end(
        activeStep.stepId,
        what.kind === "ok"
          ? { kind: "ok", output: what.output, costNano }
          : { kind: "failed", error, costNano },
      );
      return;
    }
    case "decide":
      run.vote(what.by, what.choice);
      return;
    case "advance":
      run.advance(what.ms);
      return;
    case "cancel":
      run.signal({ id: "cancel", kind: "cancel", payload: { by: "U0ALICE" } });
      return;
    case "die":
      if (!isFinished(run.state.status)) takeOver(run);
  }
}

describe("whatever happens, in any order", () => {
  const scenario = fc.array(command, { maxLength: 40 });

  test("folding the log again gives the same state", () => {
    fc.assert(
      fc.property(scenario, (commands) => {
        const run = new ExecutionHarness(mixed);
        for (const what of commands) execute(run, what);

        const again = initialState(run.state.start, mixed.first);
        const stored: ExecutionEvent[] = JSON.parse(JSON.stringify(run.log));
        for (const event of stored) apply(again, event);

        expect(again).toEqual(run.state);
      }),
    );
  });

  test("money never decreases and is the sum of what the attempts cost", () => {
    fc.assert(
      fc.property(scenario, (commands) => {
        const run = new ExecutionHarness(mixed);
        let before = 0;
        for (const what of commands) {
          execute(run, what);
          expect(run.state.spentNano).toBeGreaterThanOrEqual(before);
          before = run.state.spentNano;
        }
        const costs = run.log.map((event) => ("costNano" in event ? event.costNano : 0));
        expect(run.state.spentNano).toBe(costs.reduce((sum, cost) => sum + cost, 0));
        expect(run.state.reservedNano).toBe(0);
      }),
    );
  });

  test("a live run always has a next cause: a running step, or a time when somebody looks", () => {
    fc.assert(
      fc.property(scenario, (commands) => {
        const run = new ExecutionHarness(mixed);
        for (const what of commands) {
          execute(run, what);
          if (isFinished(run.state.status)) expect(run.state.activeSteps.size).toBe(0);
          else expect(nextDue(run.state, run.worklist)).not.toBeNull();
        }
      }),
    );
  });

  test("a finished run does not change any more", () => {
    fc.assert(
      fc.property(scenario, scenario, (first, more) => {
        const run = new ExecutionHarness(mixed);
        for (const what of first) execute(run, what);
        run
          .signal({ id: "end", kind: "cancel", payload: { by: "U0ALICE" } })
          .advance(CANCEL_GRACE_MS);
        const { status, output, spentNano, steps, endedAt } = structuredClone(run.state);
        expect(isFinished(status)).toBe(true);

        for (const what of more) execute(run, what);

        expect({ status, output, spentNano, steps, endedAt }).toEqual({
          status: run.state.status,
          output: run.state.output,
          spentNano: run.state.spentNano,
          steps: run.state.steps,
          endedAt: run.state.endedAt,
        });
      }),
    );
  });
});

test("a cancelled execution is due at the end of its grace, whatever timers it has besides", () => {
  const branch = (id: string, step: JsonObject): JsonObject => ({ id, steps: [step] });
  const nap = { id: "nap", type: "wait", config: { duration: "1s" } };
  const config: JsonObject = { branches: [branch("a", script("slow")), branch("b", nap)] };
  const run = new ExecutionHarness(workflow([{ id: "both", type: "parallel", config }]));
  run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } });
  const cancelledAt = run.now;

  run.advance(2000);

  expect(nextDue(run.state, run.worklist)).toBe(cancelledAt + CANCEL_GRACE_MS);
});
