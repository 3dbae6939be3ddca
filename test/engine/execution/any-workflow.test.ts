import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, nextDue } from "../../../src/engine/execution/decider/advance.ts";
import { Worklist } from "../../../src/engine/execution/decider/worklist.ts";
import { apply, initialState } from "../../../src/engine/execution/reducer/apply.ts";
import type { ExecutionEvent } from "../../../src/engine/model/events.ts";
import { type ExecutionState, isFinished } from "../../../src/engine/model/state.ts";
import { anySteps, VARIABLES } from "../../support/any-workflow.ts";
import { anyCommand, type Command, World } from "../../support/arbitraries.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

/** `npm run mutants` tells fewer: many mutants have to get past them. */
const RUNS = fc.readConfigureGlobal().numRuns ?? 150;

const story = fc.array(anyCommand, { minLength: 15, maxLength: 60 });

/** An execution of some definition, to which things happen. */
function tell(
  steps: Parameters<typeof workflow>[0],
  commands: readonly Command[],
  look: (run: ExecutionHarness) => void = () => undefined,
): ExecutionHarness {
  const run = new ExecutionHarness(
    workflow(steps, { limits: { maxSteps: 80, maxCostUsd: 0.3 } }),
    VARIABLES,
  );
  const world = new World(run);
  look(run);
  for (const command of commands) {
    world.execute(command);
    look(run);
  }
  return run;
}

/** The state as a process finds it that reads the log. */
function refold(run: ExecutionHarness, log: readonly ExecutionEvent[] = run.log): ExecutionState {
  const state = initialState(run.state.start, run.workflow.first);
  const stored: ExecutionEvent[] = JSON.parse(JSON.stringify(log));
  for (const event of stored) apply(state, event);
  return state;
}

/**
 * What makes a live execution go on by itself or by somebody's deed: also the price of what was
 * given up, which its owner reads from the recorded calls. Its deadline, which only ends it, is
 * none.
 */
function causes({
  activeSteps,
  frames,
  epoch,
  cancel,
  abandonedAttempts,
  abandonedChildren,
}: ExecutionState): readonly string[] {
  const ofActs = [...activeSteps.values()].flatMap((activeStep) => {
    if (activeStep.phase === "running")
      return activeStep.epoch === epoch || activeStep.recoveries > 0 ? [activeStep.path] : [];
    if (activeStep.due !== null) return [activeStep.path];
    return activeStep.waitingOn === "branches" || activeStep.waitingOn === null
      ? []
      : [activeStep.path];
  });
  const ofFrames = [...frames.values()].filter(
    ({ status, due }) => status === "open" && due !== null,
  );
  const pending = [
    ...abandonedAttempts.keys(),
    ...abandonedChildren.keys(),
    ...(cancel ? ["cancel"] : []),
  ];
  return [...ofActs, ...ofFrames.map(({ path }) => path), ...pending];
}

describe("whatever a definition says and whatever happens, in any order", () => {
  test("the log folds to the same state, and who reads it sees nothing more to do", () => {
    fc.assert(
      fc.property(anySteps, story, (steps, commands) => {
        const run = tell(steps, commands);
        const again = refold(run);

        expect(again).toEqual(run.state);
        expect(advance(run.workflow, again, new Worklist(again), run.now)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  test("a live execution has a cause to go on, and a time at which somebody looks", () => {
    fc.assert(
      fc.property(anySteps, story, (steps, commands) => {
        tell(steps, commands, ({ state, worklist }) => {
          if (isFinished(state.status)) {
            expect(state.activeSteps.size).toBe(0);
            expect(nextDue(state, worklist)).toBeNull();
            return;
          }
          expect(causes(state)).not.toEqual([]);
          expect(nextDue(state, worklist)).not.toBeNull();
        });
      }),
      { numRuns: RUNS },
    );
  });

  test("money never decreases, nothing is held below zero, and all of it is in the log", () => {
    fc.assert(
      fc.property(anySteps, story, (steps, commands) => {
        let before = 0;
        const run = tell(steps, commands, ({ state }) => {
          expect(state.spentNano).toBeGreaterThanOrEqual(before);
          expect(state.reservedNano).toBeGreaterThanOrEqual(0);
          expect(state.unknownNano).toBeGreaterThanOrEqual(0);
          before = state.spentNano;
        });
        const spent = run.log.reduce((sum, event) => {
          if (event.type === "child_ended") return sum + event.spentNano;
          return sum + ("costNano" in event ? event.costNano : 0);
        }, 0);
        expect(run.state.spentNano).toBe(spent);
      }),
      { numRuns: RUNS },
    );
  });

  test("an end stays as it is until somebody reopens the execution", () => {
    fc.assert(
      fc.property(anySteps, story, (steps, commands) => {
        let end: string | null = null;
        let reopened = 0;
        tell(steps, commands, ({ state }) => {
          const isReopened = state.reopened.length > reopened;
          reopened = state.reopened.length;
          const now = isFinished(state.status) ? endOf(state) : null;
          if (end !== null && !isReopened) expect(now).toBe(end);
          end = now;
        });
      }),
      { numRuns: RUNS },
    );
  });

  test("each entry of a step has a path of its own, and ends once unless the execution was reopened", () => {
    fc.assert(
      fc.property(anySteps, story, (steps, commands) => {
        const { log } = tell(
          steps,
          commands.filter(({ what }) => what !== "reopen"),
        );
        const ends = log.flatMap((event) =>
          event.type === "step_completed" ||
          event.type === "step_failed" ||
          event.type === "step_skipped"
            ? [event.path]
            : [],
        );
        const begun = log.flatMap((event) =>
          event.type === "step_started" && event.params !== undefined ? [event.path] : [],
        );
        expect(new Set(ends).size).toBe(ends.length);
        expect(new Set(begun).size).toBe(begun.length);
      }),
      { numRuns: RUNS },
    );
  });
});

function endOf({ status, output, error, steps, endedAt }: ExecutionState): string {
  return JSON.stringify({ status, output, error, steps, endedAt });
}
