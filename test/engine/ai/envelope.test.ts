import { describe, expect, test } from "vitest";
import { envelopeOf } from "../../../src/engine/ai/envelope.ts";

describe("envelopeOf", () => {
  test("asks for the value first, then a short reason and a confidence, and nothing else", () => {
    const format = envelopeOf({ kind: "enum", allowedValues: ["a", "b"] });

    expect(format).toMatchObject({
      name: "decision",
      schema: {
        type: "object",
        properties: {
          value: { type: "string", enum: ["a", "b"] },
          reason: { type: "string", maxLength: 300 },
          confidence: { minimum: 0, maximum: 1 },
        },
        required: ["value", "reason", "confidence"],
        additionalProperties: false,
      },
    });
    expect(JSON.stringify(format).indexOf('"value"')).toBeLessThan(
      JSON.stringify(format).indexOf('"reason"'),
    );
  });

  test("carries the bounds of a number", () => {
    const format = envelopeOf({ kind: "number", min: 1, max: 5, integer: true });

    expect(format).toMatchObject({
      schema: { properties: { value: { type: "integer", minimum: 1, maximum: 5 } } },
    });
  });

  test("keeps references of an author's schema valid by lifting its definitions", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { city: { $ref: "#/$defs/city" } },
      $defs: { city: { type: "string" } },
    };

    expect(envelopeOf({ kind: "json", schema })).toMatchObject({
      schema: {
        properties: {
          value: { type: "object", properties: { city: { $ref: "#/$defs/city" } } },
        },
        $defs: { city: { type: "string" } },
      },
    });
  });

  test("plain text has no form, free JSON is any object", () => {
    expect(envelopeOf({ kind: "text" })).toBeUndefined();
    expect(envelopeOf({ kind: "json" })).toBe("object");
  });
});
