import { expect, test } from "vitest";
import { settle } from "../../support/manual-clock.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

/** The same word: the accent within its letter, and after it. */
const COMPOSED = "caf\u00e9";
const DECOMPOSED = "cafe\u0301";

function sorting(route: string) {
  const to = (id: string) => ({
    id,
    type: "transform",
    config: { expression: `'${id}'` },
    next: "end",
  });
  return {
    id: "sorting",
    name: "Sorting",
    version: 1,
    steps: [
      {
        id: "sort",
        type: "transform",
        config: { expression: "variables.word" },
        next: { [route]: "known", default: "unknown" },
      },
      to("known"),
      to("unknown"),
    ],
  };
}

test.for([
  [COMPOSED, DECOMPOSED, "known"],
  [DECOMPOSED, COMPOSED, "known"],
  [COMPOSED, "cafe", "unknown"],
] as const)("the route %j serves %j: %s", async ([route, word, output]) => {
  await using harness = await WorkflowHarness.open(sorting(route), {});
  const { executionId } = await harness.engine.executions.start({
    workflowId: "sorting",
    variables: { word },
    variableForm: "json",
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  await settle();

  expect(await harness.engine.executions.get(executionId)).toMatchObject({
    status: "completed",
    output,
  });
});
