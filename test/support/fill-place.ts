import { resolveTemplates } from "../../src/engine/language/template.ts";
import { AppError } from "../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../src/shared/json.ts";
import { toText } from "../../src/shared/json-text.ts";
import { type Misplacement, type Place } from "../../src/shared/places/place.ts";
import { parseTemplate } from "../../src/shared/template-parser.ts";
import { plainScope } from "../engine/language/plain-scope.ts";

/** What a text gives in a place, or the message of its refusal with `refused: ` before it. */
export function fillPlace(place: Place, text: Json, variables: JsonObject): Json {
  const placing = { place, member: () => placing };
  try {
    return resolveTemplates(text, plainScope({ variables }), placing);
  } catch (error) {
    if (error instanceof AppError) return `refused: ${error.message}`;
    throw error;
  }
}

/** The same as text. */
export function fillText(place: Place, text: string, variables: JsonObject): string {
  return toText(fillPlace(place, text, variables));
}

/** What is wrong with where a template stands in a text. */
export function misplacedIn(place: Place, text: string): Misplacement | null {
  const pieces = parseTemplate(text).parts.map((part) =>
    typeof part === "string"
      ? part
      : { template: `{{${part.join(".")}}}`, isSecret: part[0] === "secrets", value: undefined },
  );
  return place.misplaced?.(pieces) ?? null;
}
