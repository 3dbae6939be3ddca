import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCron } from "../../src/adapters/node-cron.ts";
import { Definition } from "../../src/engine/definition/schema.ts";
import { createTriggerTypes } from "../../src/engine/triggers/types/index.ts";

const FOLDER = join(import.meta.dirname, "../../examples");
const names = (await readdir(FOLDER))
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""))
  .sort();
const definitions = await Promise.all(
  names.map(async (name) =>
    Definition.parse(JSON.parse(await readFile(join(FOLDER, `${name}.json`), "utf8"))),
  ),
);
const triggersOf = ({ trigger, triggers = [] }: Definition) =>
  [...triggers, ...(trigger ? [trigger] : [])].map(({ type }) => type);

test("each example is listed with its triggers, and has the name of its file", async () => {
  const readme = await readFile(join(FOLDER, "README.md"), "utf8");
  const listed = [...readme.matchAll(/^\| \[([\w-]+)\]\(\1\.json\)\s*\| ([^|]+)\|/gm)];

  expect(listed.map(([, name]) => name).sort()).toEqual(names);
  expect(definitions.map(({ id }) => id)).toEqual(names);
  for (const [, name, started = ""] of listed) {
    const definition = definitions.find(({ id }) => id === name);
    for (const type of definition ? triggersOf(definition) : [])
      expect(started, name).toContain(`\`${type}\``);
  }
});

test("each kind of trigger has an example", () => {
  const kinds = [...createTriggerTypes({ cron: createCron() }).values()].map(({ kind }) => kind);
  const types = createTriggerTypes({ cron: createCron() });
  const used = new Set(definitions.flatMap(triggersOf).map((name) => types.get(name)?.kind));
  expect([...new Set(kinds)].filter((kind) => !used.has(kind))).toEqual([]);
});

test("each example is run by a test", async () => {
  const tests = await Promise.all(
    ["slack.test.ts", "programs.test.ts"].map((name) =>
      readFile(join(import.meta.dirname, name), "utf8"),
    ),
  );
  expect(names.filter((name) => !tests.join().includes(`deploy("${name}"`))).toEqual([]);
});

test("each decision in an example has a time limit, and each run a cap of cost and time", async () => {
  for (const [index, { id, limits }] of definitions.entries()) {
    const text = await readFile(join(FOLDER, `${names[index]}.json`), "utf8");
    const approvals = text.split('"type": "approval"').slice(1);
    expect(limits.maxCostUsd, id).toBeLessThanOrEqual(1);
    expect(text, id).toMatch(/"timeout"/);
    for (const approval of approvals)
      expect(approval.split('"next"')[0], id).toContain('"timeout"');
  }
});
