import { expect, test } from "vitest";
import { currentEdits, editsMark } from "../../../src/engine/model/requests.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";
import { call, expectFolds, refused, retry, started } from "../../support/retried-run.ts";

const config = {
  title: "Pay?",
  approvers: ["U0BOB", "U0CAROL"],
  editable: { amount: { type: "number" } },
};
const pay = call("pay", {
  config: { effect: true, amount: "{{variables.amount}}", to: "{{variables.to}}" },
});

function start(steps: readonly JsonObject[] = []): ExecutionHarness {
  const next = { approve: steps.length === 0 ? "pay" : "between", reject: "end" };
  const ask = { id: "ok", type: "approval", config, next };
  return new ExecutionHarness(workflow([ask, ...steps, pay]), { amount: 500, to: "shop" });
}

/** Approves what the dialog shows, with another amount if one is given. */
function approve(run: ExecutionHarness, by: string, amount?: Json): void {
  const request = [...run.state.requests.values()].at(-1);
  if (!request) throw new Error("Nothing is asked.");
  const { opened } = request;
  const before = opened.editable?.[0]?.value ?? null;
  const edits = amount === undefined ? {} : { amount: { before, after: amount } };
  const seen = editsMark(currentEdits(request));
  const payload = { requestId: opened.id, choice: "approve", by, edits, seen };
  run.signal({ id: `${opened.id}:${by}`, kind: "decision", payload });
}

test("what an approver edits is part of the decision: it is done at once, and as edited", () => {
  const run = start();

  approve(run, "U0BOB", 450);

  expect(run.activeStep("pay")).toMatchObject({ phase: "running", params: { amount: 450 } });
  expect(run.types()).not.toContain("decision_voided");
  expectFolds(run);
});

test("an edit releases no other change than itself", () => {
  const run = start();
  approve(run, "U0BOB", 450);
  run.end("pay", refused);

  retry(run, { variables: { to: "elsewhere" } });

  expect(started(run)).toEqual(["pay#1:1"]);
  expect(run.types()).toContain("decision_voided");
});

test.for([20_000, 500])("nor the amount %d that somebody gives afterwards", (amount) => {
  const run = start();
  approve(run, "U0BOB", 450);
  run.end("pay", refused);

  retry(run, { variables: { amount } });

  expect(started(run)).toEqual(["pay#1:1"]);
  expect(run.types()).toContain("decision_voided");
});

test("a retry without changes pays what was edited", () => {
  const run = start();
  approve(run, "U0BOB", 450);
  run.end("pay", refused);

  retry(run);

  expect(started(run)).toEqual(["pay#1:1", "pay#1:2"]);
  expect(run.activeStep("pay").params).toMatchObject({ amount: 450 });
});

test("what is asked again can be edited again", () => {
  const run = start();
  approve(run, "U0BOB");
  run.end("pay", refused);
  retry(run, { variables: { amount: 20_000 } });

  approve(run, "U0CAROL", 600);

  expect(run.activeStep("pay")).toMatchObject({ phase: "running", params: { amount: 600 } });
  expect(run.state.variables).toMatchObject({ amount: 600 });
  expectFolds(run);
});
