import { expect, test } from "vitest";
import { cpuTimeOf } from "../../../support/cpu-time.ts";
import { WorkflowHarness } from "../../../support/workflow-harness.ts";

/** A run whose steps give 1,000,000 characters each, `count` times. */
async function largeRun(count: number, sensitive = false) {
  const steps = Array.from({ length: count }, (_, index) => ({
    id: `s${index}`,
    type: "transform",
    config: { expression: `variables.text + '${index}'`, outputVariable: `v${index}` },
    sensitive,
    next: index === count - 1 ? "end" : { default: `s${index + 1}` },
  }));
  const harness = await WorkflowHarness.open({ id: "large", name: "Large", steps });
  const { executionId } = await harness.start("large", { text: "x".repeat(999_990) });
  return { harness, executionId };
}

test("the view of a run with large outputs is bounded, says what it leaves out, and the rest can be read in pages", async () => {
  const { harness, executionId } = await largeRun(6);
  await using _ = harness;
  const { executions } = harness.engine;

  const view = await executions.get(executionId, "api");

  expect(JSON.stringify(view).length).toBeLessThan(5_000_000);
  expect(view.status).toBe("completed");
  // The output of the run is what is looked for first.
  expect(view.output).toHaveLength(999_991);
  expect(view.steps).toHaveLength(6);
  expect(view.steps[0]).toMatchObject({ stepId: "s0", output: null, outputOmitted: 999_991 });
  expect(view.omitted?.values).toBeGreaterThan(5);
  expect(view.omitted?.variables).toContain("v5");

  const first = await executions.listSteps(executionId, {}, "api");
  expect(first.next).not.toBeNull();
  const second = await executions.listSteps(executionId, { after: first.next ?? 0 }, "api");
  expect(second.next).toBeNull();
  const all = [...first.steps, ...second.steps];
  expect(
    all.map(({ stepId, output }) => [stepId, typeof output === "string" && output.at(-1)]),
  ).toEqual(Array.from({ length: 6 }, (_step, index) => [`s${index}`, String(index)]));
  const one = await executions.listSteps(executionId, { path: "s3#1" }, "api");
  expect(one.steps.map(({ path }) => path)).toEqual(["s3#1"]);
});

test("a small run is shown whole", async () => {
  await using harness = await WorkflowHarness.open({
    id: "small",
    name: "Small",
    steps: [
      { id: "a", type: "transform", config: { expression: "variables", outputVariable: "b" } },
    ],
  });
  const { executionId } = await harness.start("small", { a: ["x".repeat(100_000)] });

  const view = await harness.engine.executions.get(executionId, "api");

  expect(view.omitted).toBeUndefined();
  expect(view.stepResults["a"]).toMatchObject({ output: { a: [expect.any(String)] }, b: {} });
});

test("what is sensitive in a large run is masked in its pages", async () => {
  const { harness, executionId } = await largeRun(4, true);
  await using _ = harness;
  const { executions } = harness.engine;

  const page = await executions.listSteps(executionId, {});
  const view = await executions.get(executionId);

  expect(page.masked).toBe(true);
  for (const { output } of [...page.steps, ...view.steps]) expect(output).toBe("•••");
  expect(JSON.stringify(view)).not.toContain("xxxxxxxxxx0");
});

test("texts in which many sensitive values would be looked for are masked whole, in bounded time", async () => {
  const secret = { id: "secret", type: "transform", sensitive: true };
  await using harness = await WorkflowHarness.open({
    id: "many",
    name: "Many",
    steps: [{ ...secret, config: { expression: "variables.names" } }],
  });
  const names = Array.from({ length: 1900 }, (_, index) => `person-${index}`);
  const text = "person ".repeat(250_000);
  const { executionId } = await harness.start("many", { names, text });

  const { spent, result } = await cpuTimeOf(() => harness.engine.executions.get(executionId));

  expect(result.variables["text"]).toBe("•••");
  expect(spent).toBeLessThan(1000);
});
