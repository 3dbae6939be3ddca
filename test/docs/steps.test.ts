import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ExecutionView } from "../../src/engine/api/executions.ts";
import { isFinished } from "../../src/engine/model/state.ts";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { isJsonObject, type JsonObject } from "../../src/shared/json.ts";
import { settle } from "../support/manual-clock.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";

const text = await readFile(join(import.meta.dirname, "../../docs/steps.md"), "utf8");

/** The sections about types, each with its definition, what it is run with and what it gives. */
const examples = text
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const kind = section.slice(0, section.indexOf("\n"));
    const definition: JsonObject = JSON.parse(/```json\n([\s\S]*?)```/.exec(section)?.[1] ?? "{}");
    const codes = [...(/^With .*$/m.exec(section)?.[0] ?? "").matchAll(/`([^`]*)`/g)].map((code) =>
      JSON.parse(code[1] ?? "null"),
    );
    return { kind, definition, variables: codes[0], told: codes[1], output: codes.at(-1) };
  });

/** Answers for people, the clock and other systems until the run ends. */
async function toEnd(harness: WorkflowHarness, executionId: string, told: unknown) {
  for (let turn = 0; turn < 20; turn += 1) {
    await settle();
    const view: ExecutionView = await harness.engine.executions.get(executionId);
    if (isFinished(view.status)) return view;
    const [wait] = view.waitingOn;
    if (wait?.for === "approval") await harness.decide(executionId, "U0BOB", "approve");
    else if (wait?.for === "event" && isJsonObject(told))
      await harness.engine.triggers.publish({ name: wait.event ?? "", payload: told });
    else await harness.clock.advance(3_600_000);
  }
  throw new Error(`${executionId} does not end.`);
}

describe("docs/steps.md", () => {
  test("has an example of every type of step", () => {
    const kinds = [...createStepTypes({ defaultModel: "gpt-4o-mini" }).keys()];
    expect(examples.map(({ kind }) => kind).sort()).toEqual(kinds.sort());
  });

  test.for(examples)("$kind: the example gives what is said", async (example) => {
    await using harness = await WorkflowHarness.open(example.definition, {
      answers: ["billing"],
      services: () => ({ status: 200, data: {}, headers: {} }),
    });
    const other = examples.find(({ kind }) => kind === "transform");
    if (example.kind === "workflow")
      await harness.engine.workflows.deploy(other?.definition, { by: "test" });
    const { id } = example.definition;
    const { executionId } = await harness.engine.executions.start({
      workflowId: typeof id === "string" ? id : "",
      variables: example.variables,
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE" },
    });

    const view = await toEnd(harness, executionId, example.told);

    expect(view).toMatchObject({ status: "completed", error: null });
    expect(view.output).toEqual(example.output);
  });
});
