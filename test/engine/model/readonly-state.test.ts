import { describe, expectTypeOf, test } from "vitest";
import { advance } from "../../../src/engine/execution/decider/advance.ts";
import {
  handleAttempt,
  handleSignal,
} from "../../../src/engine/execution/decider/handle-signal.ts";
import { handleMigration } from "../../../src/engine/execution/decider/migration.ts";
import type { ReadonlyState } from "../../../src/engine/model/state.ts";

/** Writes that must not compile; never called. */
function write(state: ReadonlyState): void {
  // @ts-expect-error the state itself
  state.status = "failed";
  // @ts-expect-error an object in it
  state.load.running = 1;
  // @ts-expect-error a list in it
  state.steps.push();
  // @ts-expect-error a map in it
  state.frames.clear();
  // @ts-expect-error a set in it
  state.seen.add("s");
  const frame = state.frames.get("");
  const step = state.activeSteps.get("pay#1");
  if (!frame || !step) return;
  // @ts-expect-error a body
  frame.cursor = null;
  // @ts-expect-error the variables of a body
  frame.locals["amount"] = 1;
  // @ts-expect-error what a body may undo
  frame.undoLog.pop();
  // @ts-expect-error a step under way
  step.phase = "waiting";
  // @ts-expect-error the bodies of a step
  step.frames.add("pay#1/0");
}

describe("what decides cannot write to the state", () => {
  test("the functions that say what follows take it read-only", () => {
    expectTypeOf(advance).parameter(1).toEqualTypeOf<ReadonlyState>();
    expectTypeOf(handleAttempt).parameter(1).toEqualTypeOf<ReadonlyState>();
    expectTypeOf(handleSignal).parameter(1).toEqualTypeOf<ReadonlyState>();
    expectTypeOf(handleMigration).parameter(2).toEqualTypeOf<ReadonlyState>();
  });

  test("a write to it does not compile", () => {
    expectTypeOf(write).parameter(0).toEqualTypeOf<ReadonlyState>();
  });
});
