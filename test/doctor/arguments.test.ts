import { expect, test } from "vitest";
import { readArguments } from "../../src/doctor/arguments.ts";

test("without --live nothing is posted", () => {
  expect(readArguments([])).toEqual({ json: false, live: null });
  expect(readArguments(["--channel", "C0GENERAL"]).live).toBeNull();
});

test("--live takes a place, and has short times and a short burst by default", () => {
  expect(readArguments(["--live", "--user", "U0BOB"]).live).toEqual({
    channel: null,
    user: "U0BOB",
    clickMs: 60_000,
    burst: 10,
    watchMs: 0,
    report: null,
  });
});

test.for([
  [["--live"], "--live needs --channel"],
  [["--live", "--channel", "#general"], "a channel's id"],
  [["--live", "--user", "bob"], "a member's id"],
  [["--live", "--user", "U0BOB", "--burst", "1000"], "--burst must be a whole number from 0 to 30"],
  [["--live", "--user", "U0BOB", "--json"], "do not go together"],
  [["--events-url", "bot.example.com"], "--events-url must be an address"],
] as const)("%j is refused with what is wrong", ([given, complaint]) => {
  expect(() => readArguments(given)).toThrow(complaint);
});
