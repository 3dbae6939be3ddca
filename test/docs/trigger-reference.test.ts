import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readExamples } from "../../scripts/trigger-reference/examples.ts";
import { type Member, membersOf } from "../../scripts/trigger-reference/members.ts";
import { offeredTriggers, withTriggers } from "../../scripts/trigger-reference/reference.ts";

const ROOT = join(import.meta.dirname, "../..");
const text = await readFile(join(ROOT, "docs/trigger-reference.md"), "utf8");
const examples = await readExamples(join(ROOT, "examples"));
const triggers = offeredTriggers();

test("docs/trigger-reference.md says of every trigger what its schema says", () => {
  expect(text, "run: npm run trigger-reference").toBe(withTriggers(text, triggers, examples));
});

describe.each([...triggers])("a trigger of the type %s", (name, { config }) => {
  test("says what each of its members is, also within objects", () => {
    expect(withoutText(membersOf(config))).toEqual([]);
  });

  test("has an example to copy", () => {
    const section = text.split(`\n## ${name}\n`)[1]?.split("\n## ")[0];
    expect(section).toMatch(/\]\(\.\.\/examples\/[a-z-]+\.json\)/);
  });
});

function withoutText(members: readonly Member[]): readonly string[] {
  return members.flatMap(({ name, description, members: within }) => [
    ...((description ?? "") === "" ? [name] : []),
    ...withoutText(within).map((one) => `${name}.${one}`),
  ]);
}
