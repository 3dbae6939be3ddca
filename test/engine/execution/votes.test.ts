import { describe, expect, test } from "vitest";
import { resolveVotes } from "../../../src/engine/execution/decider/advance.ts";
import { handleSignal } from "../../../src/engine/execution/decider/handle-signal.ts";
import type { ExecutionEvent } from "../../../src/engine/model/events.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

const script = (id: string, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "scripted",
  ...rest,
});
const asking: JsonObject = {
  id: "ask",
  type: "approval",
  config: { title: "Pay?", approvers: ["U0BOB", "U0CAROL"], timeout: "1h" },
  next: { approve: "pay", reject: "end", expired: "end" },
};

/**
 * Two clicks that are found in one turn, folded as the owner of an execution folds them: what a
 * vote decides comes before the next.
 */
function clicks(
  run: ExecutionHarness,
  votes: readonly (readonly [by: string, choice: string])[],
): void {
  const [requestId = ""] = run.state.openRequests;
  for (const [by, choice] of votes) {
    const payload = { requestId, choice, by };
    const id = `${requestId}:${by}`;
    const signal = { id, executionId: "exec_1", kind: "decision" as const, payload, at: run.now };
    for (const event of handleSignal(run.workflow, run.state, signal, run.now)) {
      record(run, [event]);
      if (event.type !== "decision_recorded") continue;
      record(run, resolveVotes(run.workflow, run.state, event.path, run.now));
    }
  }
}

function record(run: ExecutionHarness, events: readonly ExecutionEvent[]): void {
  for (const event of events) run.fold(event);
}

/** What became of the second click. */
function lastWord(run: ExecutionHarness): Partial<ExecutionEvent> | undefined {
  return run.log.findLast(({ type }) => type.startsWith("decision_"));
}

describe("of two clicks that are found together the first stands", () => {
  test("on an approval", () => {
    const run = new ExecutionHarness(workflow([asking, script("pay")]));

    clicks(run, [
      ["U0BOB", "approve"],
      ["U0CAROL", "reject"],
    ]);

    expect(run.output("ask")).toMatchObject({ decision: "approve", decidedBy: "U0BOB" });
    expect(lastWord(run)).toMatchObject({ by: "U0CAROL", reason: "already_decided" });
  });

  test("on budget", () => {
    const call = (id: string, rest: JsonObject = {}): JsonObject =>
      script(id, { config: { reserveNano: 600 }, ...rest });
    const run = new ExecutionHarness(
      workflow([call("one", { next: "two" }), call("two")], { limits: { maxCostUsd: 1e-6 } }),
    ).end("one", { kind: "ok", costNano: 500 });

    clicks(run, [
      ["U0ALICE", "add"],
      ["U0BOB", "stop"],
    ]);

    expect(run.activeStep("two").phase).toBe("retrying");
    expect(run.state.cancel).toBeNull();
    expect(lastWord(run)).toMatchObject({ by: "U0BOB", reason: "already_decided" });
  });

  test("on what became of a step", () => {
    const error = { code: "outcome_unknown", message: "Silence.", retryable: false };
    const run = new ExecutionHarness(workflow([script("pay")]));
    run.end("pay", { kind: "failed", outcome: "unknown", asks: true, error });

    clicks(run, [
      ["U0ALICE", "happened"],
      ["U0BOB", "fail"],
    ]);

    expect(run.output("pay")).toMatchObject({ confirmedBy: "U0ALICE" });
    expect(lastWord(run)).toMatchObject({ by: "U0BOB", reason: "already_decided" });
  });
});

test("a vote short of the quorum decides nothing", () => {
  const config = { title: "Pay?", approvers: ["U0BOB", "U0CAROL"], required: 2 };
  const run = new ExecutionHarness(
    workflow([{ ...asking, config, next: { approve: "pay", reject: "end" } }, script("pay")]),
  );

  clicks(run, [["U0BOB", "approve"]]);
  expect(run.activeStep("ask").phase).toBe("waiting");
  clicks(run, [["U0CAROL", "approve"]]);

  expect(run.output("ask")).toMatchObject({ decidedBy: "U0CAROL" });
});

test("votes decide nothing any more once the run is being cancelled, nor where nothing is asked", () => {
  const run = new ExecutionHarness(workflow([asking, script("pay")]));
  const [requestId = ""] = run.state.openRequests;
  const vote = { requestId, choice: "approve", by: "U0BOB", signalId: "v1", at: run.now };
  record(run, [{ type: "decision_recorded", path: "ask#1", ...vote }]);
  record(run, [{ type: "execution_cancel_requested", by: "U0ALICE", signalId: "c1", at: run.now }]);

  expect(resolveVotes(run.workflow, run.state, "ask#1", run.now)).toEqual([]);
  expect(resolveVotes(run.workflow, run.state, "ask#2", run.now)).toEqual([]);
});
