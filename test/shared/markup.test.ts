import { expect, test } from "vitest";
import { escapeMrkdwn } from "../../src/shared/markup.ts";

test.for([
  ["<!channel> look", "&lt;!channel&gt; look"],
  ["<!here|here> and <!subteam^S1>", "&lt;!here|here&gt; and &lt;!subteam^S1&gt;"],
  ["<@U1>, <https://example.com|a link>", "&lt;@U1&gt;, &lt;https://example.com|a link&gt;"],
  ["ends with <", "ends with &lt;"],
  ["&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"],
] as const)("text from outside mentions nobody and is no link: %s", ([given, shown]) => {
  expect(escapeMrkdwn(given)).toBe(shown);
});
