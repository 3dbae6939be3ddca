import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CompiledWorkflow } from "../../../src/engine/definition/compile.ts";
import { nextDue } from "../../../src/engine/execution/decider/advance.ts";
import { apply, initialState } from "../../../src/engine/execution/reducer/apply.ts";
import type { BudgetChoice, ExecutionEvent } from "../../../src/engine/model/events.ts";
import { isFinished } from "../../../src/engine/model/state.ts";
import { BESIDE, CENT, choose, takeOver } from "../../support/capped-run.ts";
import { ExecutionHarness } from "../../support/execution-harness.ts";

/** A world in which each call is charged when it is made, whether anybody learns of it or not. */
class Till {
  readonly run: ExecutionHarness;
  readonly #prices: readonly number[];
  #seen = 0;
  paid = 0;

  constructor(compiled: CompiledWorkflow, prices: readonly number[]) {
    this.#prices = prices;
    this.run = new ExecutionHarness(compiled);
    this.collect();
  }

  /** Charges the calls that were begun: a share of their worst price each. */
  collect(): void {
    for (const event of this.run.log.slice(this.#seen)) {
      if (event.type === "step_started") this.paid += this.priceOf(event.path, event.reservedNano);
    }
    this.#seen = this.run.log.length;
  }

  priceOf(path: string, worst = 0): number {
    const share = this.#prices[path.length % this.#prices.length] ?? 100;
    return Math.floor((worst * share) / 100);
  }
}

const command = fc.record({
  what: fc.constantFrom("end", "fail", "unknown", "die", "wait", "add", "cheaper", "stop"),
  which: fc.nat(5),
});

function execute(till: Till, { what, which }: { readonly what: string; readonly which: number }) {
  const { run } = till;
  if (what === "die" && !isFinished(run.state.status)) takeOver(run);
  if (what === "wait") run.advance(120_000);
  if (what === "end" || what === "fail" || what === "unknown") endOne(till, what, which);
  if (what === "add" || what === "cheaper" || what === "stop") answer(run, what);
  till.collect();
}

function endOne(till: Till, how: "end" | "fail" | "unknown", which: number): void {
  const { run } = till;
  const running = [...run.state.activeSteps.values()].filter(({ phase }) => phase === "running");
  const activeStep = running[which % Math.max(running.length, 1)];
  if (!activeStep) return;
  // A repeat knows what its own call cost, and not whether the lost one was charged.
  const costUnknown = how === "unknown" || activeStep.recoveries > 0;
  const costNano = how === "unknown" ? 0 : till.priceOf(activeStep.path, activeStep.reserveNano);
  run.end(activeStep.stepId, { kind: how === "fail" ? "failed" : "ok", costNano, costUnknown });
}

function answer(run: ExecutionHarness, choice: BudgetChoice): void {
  const open = [...run.state.requests.values()].find(({ outcome }) => outcome === null);
  if (open?.opened.choices.some(({ id }) => id === choice)) choose(run, choice);
}

describe("whatever happens to branches, in any order", () => {
  const cents = fc.array(fc.nat(14), { minLength: 2, maxLength: 4 });
  const prices = fc.array(fc.nat(100), { minLength: 1, maxLength: 5 });
  const story = fc.array(command, { maxLength: 60 });

  test("what was paid never passes the cap by a nano-dollar, though workers die and prices are unknown", () => {
    fc.assert(
      fc.property(cents, prices, story, (some, shares, commands) => {
        const till = new Till(BESIDE(some), shares);
        for (const what of commands) {
          execute(till, what);
          expect(till.paid).toBeLessThanOrEqual(10 * CENT + till.run.state.addedNano);
          expect(till.run.state.reservedNano).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: fc.readConfigureGlobal().numRuns ?? 300 },
    );
  });

  test("a live run always has a next cause, and its log folds to the same state", () => {
    fc.assert(
      fc.property(cents, prices, story, (some, shares, commands) => {
        const till = new Till(BESIDE(some), shares);
        for (const what of commands) execute(till, what);
        const { run } = till;

        const again = initialState(run.state.start, run.workflow.first);
        const stored: ExecutionEvent[] = JSON.parse(JSON.stringify(run.log));
        for (const event of stored) apply(again, event);

        expect(again).toEqual(run.state);
        if (isFinished(run.state.status)) return;
        const activeSteps = [...run.state.activeSteps.values()];
        const isAlive = activeSteps.some(
          ({ phase, waitingOn }) => phase === "running" || waitingOn === "budget",
        );
        expect(isAlive || nextDue(run.state, run.worklist) !== null).toBe(true);
      }),
    );
  });
});
