import { expect, test } from "vitest";
import { validateDefinition } from "../../../../src/engine/definition/validation/validate.ts";
import type { JsonObject } from "../../../../src/shared/json.ts";
import { realRegistries } from "../../../support/registries.ts";

const registries = realRegistries();

/** What an author reads as warnings about a workflow of one step, one line each. */
function warnings(step: JsonObject, limits: JsonObject = {}): readonly string[] {
  const definition = { id: "w", name: "W", limits, steps: [{ id: "a", ...step }] };
  const { problems, warnings: found } = validateDefinition(definition, registries);
  expect(problems).toEqual([]);
  return found.map(({ path, message, fix }) => `${path}: ${message}. ${fix}`);
}

const nap = (duration: string): JsonObject => ({ type: "wait", config: { duration } });
const ask = (config: JsonObject, next: JsonObject = {}): JsonObject => ({
  type: "approval",
  config: { title: "Pay?", approvers: ["U0BOB"], ...config },
  next: { approve: "end", reject: "end", ...next },
});

test("a wait that the run does not live to see is a warning that names both times", () => {
  expect(warnings(nap("40d"))).toEqual([
    'steps[0].config.duration: "duration" is 40 d, but the run ends 30 d after its start (limits.timeout). Set limits.timeout to more than 40 d, or shorten "duration".',
  ]);
  expect(warnings(nap("30d"))).toHaveLength(1);
  expect(warnings(nap("29d"))).toEqual([]);
  expect(warnings(nap("40d"), { timeout: "41d" })).toEqual([]);
});

test.for<readonly [string, JsonObject]>([
  ["config.timeout", ask({ timeout: "2d" }, { expired: "end" })],
  ["config.remindAfter", ask({ remindAfter: "2d" })],
  ["config.timeout", { type: "wait", config: { event: "paid", timeout: "2d" } }],
  [
    "retryPolicy.backoffMs",
    {
      type: "service",
      config: { service: "slack", channel: "#general", message: "Hello" },
      retryPolicy: { backoffMs: "2d" },
    },
  ],
  [
    "config.steps[0].config.duration",
    { type: "foreach", config: { items: "[1]", steps: [{ id: "nap", ...nap("2d") }] } },
  ],
])("so is %s", ([path, step]) => {
  expect(warnings(step, { timeout: "1d" })).toEqual([
    expect.stringContaining(`steps[0].${path}: `),
  ]);
  expect(warnings(step, { timeout: "3d" })).toEqual([]);
});
