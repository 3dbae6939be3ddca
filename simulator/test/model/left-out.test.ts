import { expect, test } from "vitest";
import { generateDefinition } from "../../model/rules/generation/build.ts";

/** What the stand-in says beside the definition that it writes. */
function notesOn(description: string, change?: string): string {
  const messages = [
    { role: "system", text: "You write workflow definitions." },
    { role: "user", text: `<description>\n${description}\n</description>` },
    ...(change === undefined ? [] : [{ role: "user", text: `<change>\n${change}\n</change>` }]),
  ];
  const answer = generateDefinition({
    model: "stand-in",
    messages,
    maxTokens: undefined,
    format: { kind: "json_object" },
  });
  const { notes }: { notes: string } = JSON.parse(answer ?? "{}");
  return notes;
}

const WISH = "asks @finance to approve purchases over $500 in #approvals";

test("the stand-in says which parts of a description it left out", () => {
  expect(notesOn(`${WISH}, and emails the requester`)).toContain(
    "I left out: “and emails the requester”",
  );
});

test.for([
  WISH,
  "sort customer tickets into billing, technical and other and post each to #general",
  'every Monday at 9 post "Time for the report" to #general',
])("it claims to have left out nothing that it wrote: %s", (description) => {
  expect(notesOn(description)).not.toContain("left out");
  expect(notesOn(description)).toContain("stand-in");
});

test("it says which part of a change it left out", () => {
  expect(notesOn(WISH, "make it two approvers, and translate the whole card")).toContain(
    "“and translate the whole card”",
  );
});
