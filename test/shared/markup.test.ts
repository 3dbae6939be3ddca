import { expect, test } from "vitest";
import { escapeBroadcasts } from "../../src/shared/markup.ts";

test.for([
  ["<!channel> look", "&lt;!channel> look"],
  ["<!here|here> and <!subteam^S1>", "&lt;!here|here> and &lt;!subteam^S1>"],
  ["ends with <", "ends with &lt;"],
  [
    "<@U1>, <https://example.com|a link> and 1 < 2",
    "<@U1>, <https://example.com|a link> and 1 < 2",
  ],
] as const)("text from outside notifies no crowd: %s", ([given, shown]) => {
  expect(escapeBroadcasts(given)).toBe(shown);
});
