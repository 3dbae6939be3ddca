import { expect, test } from "vitest";
import { parseRetryAfter } from "../../src/shared/network-error.ts";

const now = Date.UTC(2026, 10, 23, 9, 0, 0);

test.each([
  ["7", 7000],
  [" 0.5 ", 500],
  ["0", 0],
  ["Mon, 23 Nov 2026 09:01:00 GMT", 60_000],
  ["Mon, 23 Nov 2026 08:00:00 GMT", 0],
  ["999999999", 86_400_000],
  ["soon", null],
  ["-5x", null],
  ["", null],
  [null, null],
  [undefined, null],
])("Retry-After %j means %s ms", (header, ms) => {
  expect(parseRetryAfter(header, now)).toBe(ms);
});
