import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { INDEXES, SHARD_KEYS } from "../../../src/store/mongodb/collections.ts";

test("docs/store.md lists every index of MongoDB under its collection, and every shard key", async () => {
  const text = await readFile(join(import.meta.dirname, "../../../docs/store.md"), "utf8");
  const section = text.slice(text.indexOf("## Collections of MongoDB"));
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  const documented: string[] = [];
  let collection = "";
  for (const row of rows) {
    const [, first = "", , second = ""] = row.split("|").map((cell) => cell.trim());
    collection = /^`(\w+)`$/.exec(first)?.[1] ?? collection;
    const index = /^`(\w+)`/.exec(second)?.[1];
    if (index !== undefined) documented.push(`${collection}.${index}`);
  }

  const existing = Object.entries(INDEXES).flatMap(([name, indexes]) =>
    indexes.map((index) => `${name}.${index.name}`),
  );
  expect(documented.sort()).toEqual(existing.sort());
  for (const [name, key] of Object.entries(SHARD_KEYS)) {
    expect(section).toMatch(new RegExp(`\\| \`${name}\`[^\n]*\`${Object.keys(key)[0]}\` hashed`));
  }
});
