import { expect, test } from "vitest";
import { Descendants } from "../../../src/engine/executions/descendants.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

async function takeMany(descendants: Descendants, root: string, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await descendants.take(root, "child");
}

test("a run leads to ten thousand others at most, also after a restart, and each root counts for itself", async () => {
  await using store = await openSqliteStore({ path: ":memory:" });

  await takeMany(new Descendants(store), "exec_1", 6000);
  const later = new Descendants(store);
  await takeMany(later, "exec_1", 4000);

  await expect(later.take("exec_1", "child")).rejects.toThrow(
    'Run exec_1 has led to 10000 other runs already; "child" was not started.',
  );
  await later.take("exec_2", "child");
});

test("runs that start each other by steps and by the events of their ends have one root", async () => {
  const nap = { id: "nap", type: "wait", config: { duration: 1000 } };
  await using harness = await WorkflowHarness.open({ id: "leaf", name: "Leaf", steps: [nap] });
  const { workflows, executions } = harness.engine;
  await workflows.deploy(
    {
      id: "after",
      name: "After",
      triggers: [{ type: "event", eventName: "leaf.completed" }],
      steps: [nap],
    },
    { by: "test" },
  );
  const child = { id: "start", type: "workflow", config: { workflowId: "leaf" } };
  await workflows.deploy({ id: "top", name: "Top", steps: [child] }, { by: "test" });

  const { executionId } = await executions.start({
    workflowId: "top",
    variables: {},
    variableForm: "json",
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  for (let second = 0; second < 8; second += 1) await harness.clock.advance(1000);

  const { executions: all } = await executions.list({});
  const triggers = await Promise.all(
    all.map(async (run) => (await executions.get(run.executionId, "api")).trigger),
  );
  expect(all.map(({ workflowId }) => workflowId).toSorted()).toEqual(["after", "leaf", "top"]);
  expect(triggers.flatMap(({ root }) => root ?? [])).toEqual([executionId, executionId]);
});
