import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { addPromptFolder } from "../../src/app/deploy-prompts.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";

const OTHER = {
  id: "other",
  name: "Other",
  steps: [{ id: "a", type: "transform", config: { expression: "1" } }],
};

test("files become prompts under their names; a bad one is told and keeps no other away", async () => {
  await using harness = await WorkflowHarness.open(OTHER);
  const { path, remove } = await tempFolder();
  const folder = join(path, "prompts");
  await mkdir(folder);
  await writeFile(join(folder, "broken.md"), "{{variables.text");
  await writeFile(join(folder, "urgency.md"), "Is it urgent? {{variables.text}}\n");
  await writeFile(join(folder, "notes.json"), "{}");
  const lines: string[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });

  await addPromptFolder(harness.engine, folder, logger);
  await addPromptFolder(harness.engine, folder, logger);

  expect(await harness.engine.prompts.list()).toMatchObject([{ name: "urgency", active: 1 }]);
  const { versions } = await harness.engine.prompts.get("urgency");
  expect(versions.map(({ text }) => text)).toEqual(["Is it urgent? {{variables.text}}"]);
  expect(lines.filter((line) => /broken\.md.*cannot be read/.test(line))).toHaveLength(2);
  expect(lines.filter((line) => /the prompt is asked/.test(line))).toHaveLength(1);
  await remove();
});

test("a folder that is not there has no prompts", async () => {
  await using harness = await WorkflowHarness.open(OTHER);

  await addPromptFolder(harness.engine, "/nowhere/prompts", pino({ level: "silent" }));

  expect(await harness.engine.prompts.list()).toEqual([]);
});
