import { expect, test } from "vitest";
import type { CheckContext, Entry } from "../../../src/engine/definition/step-type.ts";
import type { ActiveStep } from "../../../src/engine/model/state.ts";
import { createStepTypes } from "../../../src/engine/steps/index.ts";
import { wait } from "../../../src/engine/steps/wait.ts";
import { plainScope } from "../language/plain-scope.ts";

const surroundings: CheckContext = { services: { get: () => undefined, names: () => [] } };
const now = Date.parse("2026-01-31T09:00:00Z");

function enter(config: unknown, when: unknown = null): Entry {
  const scope = plainScope({ variables: { when: when as string } });
  return wait.bind(config).enter({ scope, key: "k", now, startedBy: null });
}

test.for([
  [{ duration: "2h" }, null, now + 7_200_000],
  [{ until: "2026-01-31T12:00:00+01:00" }, null, now + 7_200_000],
  [{ until: "{{variables.when}}" }, "2026-02-01T09:00:00.5Z", now + 86_400_500],
  [{ until: "2028-02-29T09:00:00Z" }, null, Date.parse("2028-02-29T09:00:00Z")],
  [{ until: "{{variables.when}}T10:00:00Z" }, "2026-01-31", now + 3_600_000],
] as const)("%j with %j waits until %i", ([config, when, due]) => {
  expect(enter(config, when)).toEqual({ kind: "wait", on: "timer", due });
});

test.for([
  [{ duration: "{{variables.when}}" }, "2h", now + 7_200_000],
  [{ duration: "{{variables.when}}" }, 5000, now + 5000],
  [{ duration: "{{variables.when}}d" }, 3, now + 3 * 86_400_000],
] as const)("%j with %j from data waits until %i", ([config, when, due]) => {
  expect(enter(config, when)).toEqual({ kind: "wait", on: "timer", due });
});

test("an event's timeout may come from data, too", () => {
  expect(enter({ event: "paid", timeout: "{{variables.when}}" }, "3d")).toMatchObject({
    on: "event",
    due: now + 3 * 86_400_000,
  });
});

test.for(["soon", -1, "5000d", null])("a duration of %j from data fails the step", (when) => {
  expect(() => enter({ duration: "{{variables.when}}" }, when)).toThrow(
    `"duration" gave ${JSON.stringify(when)}, which is not a duration: a number of milliseconds`,
  );
});

test("a time that has passed is no wait", () => {
  const output = { wokenBy: "timer", at: "2026-01-31T09:00:00.000Z" };
  expect(enter({ duration: 0 })).toEqual({ kind: "complete", output });
  expect(enter({ until: "2020-01-01T00:00:00Z" })).toEqual({ kind: "complete", output });
});

test("it wakes when it is due and for nothing else", () => {
  const program = wait.bind({ duration: "1s" });
  const act = {} as ActiveStep;
  expect(program.wake?.(act, null, "due", now)).toEqual({
    kind: "complete",
    output: { wokenBy: "timer", at: "2026-01-31T09:00:00.000Z" },
  });
  expect(program.wake?.(act, null, "decision", now)).toEqual({ kind: "wait" });
});

test.for([
  ["tomorrow", /which is no time with a zone/],
  ["2026-02-01T09:00:00", /which is no time with a zone/],
  ["2026-13-01T09:00:00Z", /which is no time with a zone/],
  ["2027-02-31T09:00:00Z", /is a date that does not exist: 2027-02 has no day 31\.$/],
  ["2027-02-29T23:00:00-05:00", /2027-02 has no day 29/],
  ["2026-04-31T00:00:00+02:00", /2026-04 has no day 31/],
  [1234, /"until" gave 1234/],
  ["2099-01-01T00:00:00Z", /more than ten years away/],
] as const)("until %j fails when it is entered", ([when, message]) => {
  expect(() => enter({ until: "{{variables.when}}" }, when)).toThrow(message);
});

test.for([
  [{}, "nothing says how long to wait"],
  [{ duration: 1, until: "2026-01-31T09:00:00Z" }, "both duration and until are given"],
  [{ until: "tomorrow" }, '"tomorrow" is no time with a zone'],
  [
    { until: "2027-02-31T09:00:00Z" },
    '"2027-02-31T09:00:00Z" is a date that does not exist: 2027-02 has no day 31',
  ],
  [{ duration: 1, event: "x" }, "both duration and event are given"],
  [{ event: "x", match: "1 +" }, "The expression ends too early."],
  [{ duration: 1, match: "true" }, '"match" means nothing without "event"'],
  [{ duration: 1, timeout: "1h" }, '"timeout" means nothing without "event"'],
] as const)("%j is a problem", ([config, message]) => {
  expect(wait.check(config, surroundings)[0]?.message).toBe(message);
});

test("every step type is listed under its kind", () => {
  const types = createStepTypes({ defaultModel: "gpt-4o-mini" });
  for (const [kind, type] of types) expect(type.kind).toBe(kind);
  expect([...types.keys()]).toEqual(
    expect.arrayContaining(["ai-decision", "service", "approval", "transform", "wait"]),
  );
});
