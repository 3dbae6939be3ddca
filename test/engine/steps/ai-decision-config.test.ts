import { describe, expect, test } from "vitest";
import { createAiDecision } from "../../../src/engine/steps/ai-decision.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { JsonObject } from "../../../src/shared/json.ts";

const aiDecision = createAiDecision({ defaultModel: "gpt-4o-mini" });
const TICKET = {
  prompt: "Classify: {{variables.ticket}}",
  outputFormat: "enum",
  allowedValues: ["billing", "technical"],
};

describe("checking a configuration", () => {
  const check = (config: JsonObject) => {
    const problems = aiDecision.check(config, { services: createServiceRegistry([]) });
    return problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
  };
  const base = { prompt: "x" };

  test.each<[JsonObject, RegExp]>([
    [{ outputFormat: "enum" }, /^allowedValues: "allowedValues" is missing$/],
    [{ outputFormat: "enum", allowedValues: ["Yes", "yes"] }, /cannot be told apart/],
    [{ outputFormat: "text", allowedValues: ["a"] }, /means nothing for the output format "text"/],
    [{ outputFormat: "enum", allowedValues: ["a"], min: 0 }, /^min: "min" means nothing/],
    [{ outputFormat: "number", min: 5, max: 1 }, /"max" \(1\) is below "min" \(5\)/],
    [{ outputFormat: "number", min: 1.1, max: 1.9, integer: true }, /no whole number/],
    [
      { outputFormat: "json", schema: { type: "wat" } },
      /^schema\.type: must be one of "array", "boolean"/,
    ],
    [{ outputFormat: "number", onLowConfidence: "x" }, /"minConfidence" is missing/],
    [{ outputFormat: "number", minConfidence: 0.5 }, /"onLowConfidence" is missing/],
    [{ minConfidence: 0.5, onLowConfidence: "x" }, /have no confidence/],
    [{ outputFormat: "json", minConfidence: 0.5, onLowConfidence: "x" }, /without "schema"/],
    [{ promptRef: "urgency" }, /^promptRef: "prompt" and "promptRef" are both given$/],
    [{ model: "a", fallbackModel: "a" }, /the fallback is the model itself/],
  ])("%j has a problem", (config, problem) => {
    expect(check({ ...base, ...config })).toEqual([expect.stringMatching(problem)]);
  });

  test("a sound one has none, and says where it leads", () => {
    const config = {
      ...TICKET,
      model: "anthropic/claude-3-haiku",
      minConfidence: 0.5,
      onLowConfidence: "ask-person",
      outputVariable: "category",
    };
    const program = aiDecision.bind(config);

    expect(check(config)).toEqual([]);
    expect(program.routes).toEqual({ kind: "closed", values: ["billing", "technical"] });
    expect(program.alsoNext).toEqual([{ path: ["onLowConfidence"], stepId: "ask-person" }]);
  });

  test("unknown options are refused", () => {
    expect(aiDecision.config.safeParse({ ...base, promptReference: "x" }).success).toBe(false);
  });
});
