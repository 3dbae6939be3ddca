import type { JsonObject } from "../../shared/json.ts";
import type { ModelRequest } from "../ports/model.ts";

/** What form the value of a decision has. */
export type AnswerFormat =
  | { readonly kind: "enum"; readonly allowedValues: readonly string[] }
  | {
      readonly kind: "number";
      readonly min?: number;
      readonly max?: number;
      readonly integer?: boolean;
    }
  | { readonly kind: "boolean" }
  | { readonly kind: "text" }
  | { readonly kind: "json"; readonly schema?: JsonObject };

/** Longest reason that is asked for and kept, in characters: models without a limit write on until they are cut off. */
export const MAX_REASON_LENGTH = 300;

/** Does the answer come with a reason and a confidence? Plain text and free JSON are the value themselves. */
export function hasEnvelope(format: AnswerFormat): boolean {
  return format.kind !== "text" && !(format.kind === "json" && format.schema === undefined);
}

/**
 * The form that a model is asked to answer in: `{value, reason, confidence}`, the value first, so that an answer which is cut
 * off still holds it. `undefined` for plain text.
 */
export function envelopeOf(format: AnswerFormat): ModelRequest["format"] {
  if (format.kind === "text") return undefined;
  if (format.kind === "json" && format.schema === undefined) return "object";
  return {
    name: "decision",
    schema: {
      type: "object",
      properties: {
        value: valueSchema(format),
        reason: {
          type: "string",
          maxLength: MAX_REASON_LENGTH,
          description: "Why, in one short sentence.",
        },
        confidence: {
          type: "number",
          minimum: 0,
          maximum: 1,
          description: "How sure you are: 0 is a guess, 1 is certain.",
        },
      },
      required: ["value", "reason", "confidence"],
      additionalProperties: false,
      ...definitionsOf(format),
    },
  };
}

function valueSchema(format: AnswerFormat): JsonObject {
  switch (format.kind) {
    case "enum":
      return { type: "string", enum: format.allowedValues };
    case "number":
      return {
        type: format.integer ? "integer" : "number",
        ...(format.min !== undefined && { minimum: format.min }),
        ...(format.max !== undefined && { maximum: format.max }),
      };
    case "boolean":
      return { type: "boolean" };
    case "text":
      return { type: "string" };
    case "json": {
      const { $schema: _, $defs: __, definitions: ___, ...schema } = format.schema ?? {};
      return schema;
    }
  }
}

/** Shared definitions stand at the root, where references like `#/$defs/x` look for them. */
function definitionsOf(format: AnswerFormat): JsonObject {
  const schema = format.kind === "json" ? format.schema : undefined;
  return {
    ...(schema?.["$defs"] !== undefined && { $defs: schema["$defs"] }),
    ...(schema?.["definitions"] !== undefined && { definitions: schema["definitions"] }),
  };
}
