import { expect, test } from "vitest";
import { showSentence } from "../../src/slack/text.ts";

test.for([
  ["It ended on 2026-12-01T00:22:05Z, too late.", "<!date^1796084525^"],
  ["It ended on 2026-12-01T00:22:05.123Z.", "<!date^1796084525^"],
] as const)("a moment in a sentence is shown in the reader's time zone: %s", ([text, shown]) => {
  expect(showSentence(text)).toContain(shown);
  expect(showSentence(text)).toContain("2026-12-01 00:22 UTC>");
});

test.for([
  'Write since="2026-12-01T00:22:05Z".',
  "Write since=2026-12-01T00:22:05Z.",
  "Write `2026-12-01T00:22:05Z`.",
  "exec_2026-12-01T00:22:05Z_1",
  "2026-13-41T99:99:99Z",
])("what a person is to write, and what is no moment, stays as it is: %s", (text) => {
  expect(showSentence(text)).toBe(text);
});

test("mentions work, and everything else from outside is text", () => {
  expect(showSentence("Ask <@U0ALICE> in <#C0GENERAL>, not <!channel> & co.")).toBe(
    "Ask <@U0ALICE> in <#C0GENERAL>, not &lt;!channel&gt; &amp; co.",
  );
});
