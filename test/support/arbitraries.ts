import fc from "fast-check";
import type { AttemptResult } from "../../src/engine/definition/step-type.ts";
import type { AttemptEnded } from "../../src/engine/execution/decider/handle-signal.ts";
import { retryPoints } from "../../src/engine/execution/decider/retry-points.ts";
import { type ActiveStep, isFinished } from "../../src/engine/model/state.ts";
import { EVENT } from "./any-workflow.ts";
import type { ExecutionHarness } from "./execution-harness.ts";

/**
 * A command of the model: something that the world can do to an execution. `which` chooses among
 * what it can be done to.
 */
export interface Command {
  readonly what: (typeof COMMANDS)[number];
  readonly which: number;
}

const COMMANDS = [
  "end",
  "end",
  "end",
  "fail",
  "fail for good",
  "lose",
  "start a child",
  "end a child",
  "end late",
  "settle",
  "approve",
  "reject",
  "owner",
  "event",
  "wait",
  "wait long",
  "die",
  "repeat",
  "cancel",
  "reopen",
] as const;

export const anyCommand: fc.Arbitrary<Command> = fc.record({
  what: fc.constantFrom(...COMMANDS),
  which: fc.nat(7),
});

const OUTPUTS = ["a", "b", 3, null, { x: [1] }, true] as const;
const MINUTE = 60_000;

/** The world of one execution: it remembers what it said, so that it can say it again. */
export class World {
  readonly run: ExecutionHarness;
  #delivered: (() => void)[] = [];
  #signals = 0;
  #ended: AttemptEnded[] = [];

  constructor(run: ExecutionHarness) {
    this.run = run;
  }

  execute({ what, which }: Command): void {
    const { run } = this;
    switch (what) {
      case "end":
        return this.#endOne(which, { kind: "ok", output: OUTPUTS[which % 6] ?? null, costNano: 7 });
      case "fail":
      case "fail for good":
        return this.#endOne(which, failed(what === "fail", "failed"));
      case "lose":
        return this.#endOne(which, failed(true, "unknown"));
      case "start a child":
        return this.#endOne(which, child(which % 2 === 0));
      case "end a child":
        return this.#endChild(which);
      case "end late":
        return this.#endLate(which);
      case "settle":
        return this.#settle();
      case "approve":
      case "reject":
      case "owner":
        return this.#decide(what, which);
      case "event":
        return this.#signal("event", event(run, which));
      case "wait":
        run.advance(which * MINUTE);
        return;
      case "wait long":
        run.advance(which * 60 * MINUTE);
        return;
      case "die":
        run.take([{ type: "execution_claimed", epoch: run.state.epoch + 1, worker: "next" }]);
        return;
      case "repeat":
        this.#delivered[which % Math.max(this.#delivered.length, 1)]?.();
        return;
      case "cancel":
        return which === 0 ? this.#signal("cancel", { by: "U0ALICE" }) : undefined;
      case "reopen":
        return this.#reopen(which);
    }
  }

  #endOne(which: number, result: AttemptResult): void {
    const running = [...this.run.state.activeSteps.values()].filter(isRunning(this.run));
    const activeStep = running[which % Math.max(running.length, 1)];
    if (activeStep === undefined) return;
    const { path, attempt, epoch } = activeStep;
    const ended = { path, attempt, epoch, result };
    this.#ended.push(ended);
    this.run.endAt(ended);
  }

  /** What an attempt of long ago gave comes once more. */
  #endLate(which: number): void {
    const ended = this.#ended[which % Math.max(this.#ended.length, 1)];
    if (ended !== undefined && isFinished(this.run.state.status)) return;
    if (ended !== undefined) this.run.endAt({ ...ended, epoch: ended.epoch - 1 });
  }

  /** The owner of the execution reads what an attempt that was given up has cost. */
  #settle(): void {
    const [lost = ""] = this.run.state.abandonedAttempts.keys();
    const colon = lost.lastIndexOf(":");
    if (colon < 0) return;
    const [path, attempt] = [lost.slice(0, colon), Number(lost.slice(colon + 1))];
    this.run.take([{ type: "late_result", path, attempt, costNano: 2, at: this.run.now }]);
  }

  #endChild(which: number): void {
    const { state } = this.run;
    const waiting = [...state.activeSteps.values()].filter(({ childId }) => childId !== null);
    const activeStep = waiting[which % Math.max(waiting.length, 1)];
    const lost = [...state.abandonedChildren.keys()][0];
    const childId = activeStep?.childId ?? lost;
    if (childId === undefined) return;
    const status = (["completed", "failed", "cancelled"] as const)[which % 3];
    const { path, attempt } = activeStep ?? { path: "gone#1", attempt: 1 };
    this.#signal(
      "child_ended",
      { path, attempt, childId, status: status ?? "failed", spentNano: 5, output: "a" },
      `child:${childId}`,
    );
  }

  #decide(what: "approve" | "reject" | "owner", which: number): void {
    const open = [...this.run.state.requests.values()].filter(({ outcome }) => outcome === null);
    const request = open[which % Math.max(open.length, 1)]?.opened;
    if (request === undefined) return;
    const by = request.budget ? "U0ALICE" : which % 2 === 0 ? "U0BOB" : "U0CAROL";
    const choices = request.choices.map(({ id }) => id);
    const choice = what === "owner" ? choices[which % choices.length] : what;
    if (choice === undefined || !choices.includes(choice)) return;
    this.#signal("decision", { requestId: request.id, choice, by }, `${request.id}:${by}`);
  }

  #reopen(which: number): void {
    const { state } = this.run;
    if (!isFinished(state.status) || state.status === "completed") return;
    const points = retryPoints(state);
    const path = which === 0 ? undefined : points[which % Math.max(points.length, 1)]?.path;
    this.#signal("retry", { by: "U0ALICE", ...(path !== undefined && { path }) });
  }

  #signal(
    kind: Parameters<ExecutionHarness["signal"]>[0]["kind"],
    payload: Parameters<ExecutionHarness["signal"]>[0]["payload"],
    id = `signal:${(this.#signals += 1)}`,
  ): void {
    const at = this.run.now;
    const deliver = (): void => void this.run.signal({ id, kind, payload, at });
    this.#delivered.push(deliver);
    deliver();
  }
}

function isRunning({ state }: ExecutionHarness): (activeStep: ActiveStep) => boolean {
  return ({ phase, epoch }) => phase === "running" && epoch === state.epoch;
}

function failed(retryable: boolean, outcome: "failed" | "unknown"): AttemptResult {
  const error = { code: "service_unavailable", message: "It did not answer.", retryable };
  return { kind: "failed", error, outcome, costNano: 3 };
}

function child(waits: boolean): AttemptResult {
  const plan = { workflowId: "other", version: 1, variables: {}, capNano: 50_000_000 };
  return { kind: "child", child: plan, waits, costNano: 0 };
}

function event(run: ExecutionHarness, which: number) {
  return { eventId: `event-${which}`, name: EVENT, at: run.now, payload: { which } };
}
