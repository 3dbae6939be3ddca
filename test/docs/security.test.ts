import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const DOCS = join(import.meta.dirname, "../../docs");

/** A test that the document names: `[name](../test/….test.ts) “title”, “title”`. */
function proofsIn(text: string): readonly { readonly file: string; readonly titles: string[] }[] {
  return text
    .split(/(?=\]\(\.\.\/test\/)/)
    .slice(1)
    .map((part) => ({
      file: /^\]\(([^)]+)\)/.exec(part)?.[1] ?? "",
      titles: [...part.matchAll(/“([^”]+)”/g)].map(([, title = ""]) => title),
    }));
}

test("every promise of docs/security.md is proved by tests that there are", async () => {
  const text = await readFile(join(DOCS, "security.md"), "utf8");
  const promised = text.slice(
    text.indexOf("## What is promised"),
    text.indexOf("## What is not promised"),
  );
  const lines = promised.split("\n").filter((line) => line.startsWith("- "));
  expect(lines.length).toBeGreaterThan(12);
  for (const line of lines) expect(line).toMatch(/\]\(\.\.\/test\/[^)]+\).*“/);
  for (const { file, titles } of proofsIn(promised)) {
    expect(existsSync(join(DOCS, file)), file).toBe(true);
    const source = await readFile(join(DOCS, file), "utf8");
    for (const title of titles) expect(source, `${file}: ${title}`).toContain(title);
  }
});

test("docs/security.md links to documents that there are", async () => {
  const text = await readFile(join(DOCS, "security.md"), "utf8");
  const links = [...text.matchAll(/\]\(([a-z]+\.md)/g)].map(([, name = ""]) => name);
  expect(links.length).toBeGreaterThan(5);
  for (const name of links) expect(existsSync(join(DOCS, name)), name).toBe(true);
});
