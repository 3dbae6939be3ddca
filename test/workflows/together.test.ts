import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TEMPLATES } from "../../src/engine/workflows/templates.ts";
import { askWorkflow } from "../support/ask-workflow.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";

const FOLDER = join(import.meta.dirname, "../../workflows");

test("all shipped workflows and one of each template are deployed side by side, without a warning", async () => {
  await using harness = await WorkflowHarness.open(askWorkflow());
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".json"));
  for (const file of files) {
    const source: unknown = JSON.parse(await readFile(join(FOLDER, file), "utf8"));
    const result = await harness.engine.workflows.deployFile(file, source);
    expect({ file, ...result }).toMatchObject({ file, deployed: true, warnings: [] });
  }
  for (const id of TEMPLATES.keys()) {
    const made = harness.engine.workflows.fromTemplate(id, {});
    const result = await harness.engine.workflows.deploy(made, { by: "test" });
    expect({ id, ...result }).toMatchObject({ id, deployed: true, version: 1, warnings: [] });
  }
});
