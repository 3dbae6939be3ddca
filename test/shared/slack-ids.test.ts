import { expect, test } from "vitest";
import { isUserId } from "../../src/shared/slack-ids.ts";

test.each(["U012ABCDEF", "W012ABCDEF", "U0ALICE"])("%s is the id of a user", (id) => {
  expect(isUserId(id)).toBe(true);
});

test.each([
  "",
  "U",
  "u012abcdef",
  "C012ABCDEF",
  "S012ABCDEF",
  "<@U012ABCDEF>",
  " U012ABCDEF",
  "U012ABCDEF\n",
  "api",
])("%j is not", (text) => {
  expect(isUserId(text)).toBe(false);
});
