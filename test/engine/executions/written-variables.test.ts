import { describe, expect, test } from "vitest";
import type { StartRequest } from "../../../src/engine/api/executions.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const call = {
  service: "http",
  url: "https://check.example",
  method: "POST",
  outputVariable: "approved",
};
const check = { id: "check", type: "service", config: call, retryPolicy: { maxRetries: 1 } };
const show = { id: "show", type: "transform", config: { expression: "variables.approved" } };

function checking(step: JsonObject, rest: JsonObject = {}): JsonObject {
  return {
    id: "checking",
    name: "Checking",
    steps: [{ ...check, next: "show", ...step }, show],
    ...rest,
  };
}

/** Answers in turn; an error is thrown. */
function answering(...answers: readonly (Json | AppError)[]) {
  const left = [...answers];
  return () => {
    const answer = left.shift() ?? null;
    if (answer instanceof AppError) throw answer;
    return answer;
  };
}

const refused = new AppError({ code: "service_rejected", message: "No." });

describe("the variable of a step that did not give it", () => {
  test.for([
    ["failed and has a fallback", { onFailure: "fallback", fallbackStep: "show" }],
    ["was skipped", { onFailure: "skip" }],
  ] as const)("is null when it %s, though the run began with a value", async ([, step]) => {
    const inputs = { approved: { type: "boolean" } };
    await using harness = await WorkflowHarness.open(checking(step, { inputs }), {
      services: answering(refused),
    });
    const view = await harness.start("checking", { approved: true });
    expect(view).toMatchObject({
      status: "completed",
      output: null,
      variables: { approved: null },
    });
  });

  test("is null when it failed later, after it had given a value", async () => {
    const again = { id: "again", type: "transform", config: { expression: "1" }, next: "check" };
    const steps = [
      { ...check, next: "again", onFailure: "fallback", fallbackStep: "show" },
      again,
      show,
    ];
    await using harness = await WorkflowHarness.open(
      { id: "checking", name: "Checking", steps },
      { services: answering({ yes: true }, refused) },
    );
    const view = await harness.start("checking", {});
    expect(view).toMatchObject({ status: "completed", output: null });
  });

  test("is null after a branch that failed with it", async () => {
    const inputs = { approved: { type: "boolean" } };
    const config = { failureMode: "continue", branches: [{ id: "one", steps: [check] }] };
    const steps = [{ id: "both", type: "parallel", config, next: "show" }, show];
    await using harness = await WorkflowHarness.open(
      { id: "checking", name: "Checking", inputs, steps },
      { services: answering(refused) },
    );
    const view = await harness.start("checking", { approved: true });
    expect(view).toMatchObject({
      status: "completed",
      output: null,
      variables: { approved: null },
    });
  });

  test("has its former value again when a retry puts the run back before the failure", async () => {
    const inputs = { approved: { type: "boolean" } };
    const before = {
      id: "before",
      type: "transform",
      config: { expression: "variables.approved" },
      next: "check",
    };
    await using harness = await WorkflowHarness.open(
      { id: "checking", name: "Checking", inputs, steps: [before, check] },
      { services: answering(refused, { yes: true }) },
    );
    const { executionId, variables } = await harness.start("checking", { approved: true });
    expect(variables).toEqual({ approved: null });
    const retry = { executionId, by: "U0ALICE", fromStep: "before", variableForm: "json" } as const;
    await harness.engine.executions.retry(retry);
    const view = await harness.rest(executionId);
    expect(view.stepResults["before"]).toMatchObject({ output: true });
    expect(view).toMatchObject({ status: "completed", variables: { approved: { yes: true } } });
  });
});

describe("a name that a step writes cannot be given at the start", () => {
  async function start(
    definition: JsonObject,
    variables: JsonObject,
    trigger: StartRequest["trigger"],
    variableForm: StartRequest["variableForm"] = "json",
  ): Promise<string> {
    await using harness = await WorkflowHarness.open(definition, { services: answering({}) });
    try {
      await harness.engine.executions.start({
        workflowId: "checking",
        variables,
        variableForm,
        trigger,
      });
      return "started";
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return error.message;
    }
  }

  const inputs = { amount: { type: "number" } };

  test.for([
    ["a webhook", { type: "webhook" }, "json"],
    ["the API", { type: "api" }, "json"],
    ["a person", { type: "slash", userId: "U0ALICE" }, "text"],
  ] as const)("by %s, with and without inputs", async ([, trigger, form]) => {
    const given = { approved: "true" };
    const message = /approved: "approved" is what step "check" writes/;
    expect(await start(checking({}), given, trigger, form)).toMatch(message);
    const declared = await start(checking({}, { inputs }), given, trigger, form);
    expect(declared).toMatch(form === "text" ? /"approved" is not an input/ : message);
    expect(declared.match(/approved:/g)).toHaveLength(1);
  });

  test("not even for a step inside a branch or for each item", async () => {
    const branches = [{ id: "one", steps: [check] }];
    const parallel = { id: "both", type: "parallel", config: { branches } };
    const foreach = {
      id: "each",
      type: "foreach",
      config: { items: "[1]", as: "row", steps: [check] },
    };
    const inside = (step: JsonObject) => ({
      id: "checking",
      name: "Checking",
      inputs,
      steps: [step],
    });
    const api = { type: "api" };
    expect(await start(inside(parallel), { approved: true }, api)).toMatch(/step "check" writes/);
    expect(await start(inside(foreach), { row: 1 }, api)).toMatch(/step "each" writes/);
  });

  test("but is, when an input declares it", async () => {
    const both = { ...inputs, approved: { type: "boolean" } };
    expect(
      await start(checking({}, { inputs: both }), { approved: true }, { type: "webhook" }),
    ).toBe("started");
  });

  test("while names that no step writes pass", async () => {
    expect(await start(checking({}, { inputs }), { other: 1 }, { type: "webhook" })).toBe(
      "started",
    );
  });
});
