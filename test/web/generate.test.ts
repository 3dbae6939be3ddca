import { describe, expect, test } from "vitest";
import { AppError } from "../../src/shared/errors.ts";
import type { Json } from "../../src/shared/json.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";
import { doubling, startWeb } from "./start-web.ts";

const HALVING = {
  id: "doubling",
  name: "Halving",
  version: 7,
  steps: [{ id: "half", type: "transform", config: { expression: "variables.amount / 2" } }],
};

/** The server over an engine whose model says these, in turn. */
async function startWith(answers: readonly (Json | AppError)[]) {
  const stack = new AsyncDisposableStack();
  const harness = stack.use(await WorkflowHarness.open(doubling, { answers }));
  const web = stack.use(await startWeb({ engine: harness.engine }));
  return { harness, web, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("POST /api/workflows/generate", () => {
  test("answers with a definition of version 1 under an id that is free, and deploys nothing", async () => {
    await using running = await startWith([HALVING]);
    const { status, body } = await running.web.call("POST", "/api/workflows/generate", {
      description: "halve an amount",
    });
    expect([status, body]).toEqual([
      200,
      { workflow: { ...HALVING, id: "doubling-2", version: 1 } },
    ]);
    const known = await running.harness.engine.workflows.list();
    expect(known.map(({ id }) => id)).toEqual(["doubling"]);
    const deployed = await running.web.call("POST", "/api/workflows", body.workflow);
    expect(deployed.body).toMatchObject({ success: true, workflowId: "doubling-2", version: 1 });
  });

  test.for([
    [undefined, "description"],
    [{}, "description"],
    [{ description: 7 }, "description"],
    [{ description: "  " }, "description"],
    [{ description: "x", model: "y" }, "body"],
  ] as const)("400 for %j, which says nothing", async ([body, path]) => {
    await using running = await startWith([]);
    const answer = await running.web.call("POST", "/api/workflows/generate", body);
    expect(answer.status).toBe(400);
    expect(answer.body.problems[0].path).toBe(path);
    expect(running.harness.questions).toEqual([]);
  });

  test("422 with the problems when repairs do not help", async () => {
    await using running = await startWith([{}, {}, {}, {}]);
    const { status, body } = await running.web.call("POST", "/api/workflows/generate", {
      description: "halve an amount",
    });
    expect([status, body.code]).toEqual([422, "generation_failed"]);
    expect(body.problems[0]).toEqual({
      path: expect.any(String),
      message: expect.any(String),
      fix: expect.any(String),
    });
  });

  test("502 when the model is away", async () => {
    const away = new AppError({ code: "model_unavailable", message: "The model is away." });
    await using running = await startWith([away]);
    const { status, body } = await running.web.call("POST", "/api/workflows/generate", {
      description: "halve an amount",
    });
    expect([status, body.error]).toEqual([502, "The model is away."]);
  });
});
