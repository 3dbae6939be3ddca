import { isJsonObject, type JsonObject, parseJson } from "../json.ts";

/** A JSON schema written out in a prompt, and the prompt without it. */
export interface PromptSchema {
  readonly schema: JsonObject;
  readonly rest: string;
}

/**
 * Finds the schema that a prompt spells out for a provider without structured output.
 *
 * @returns `undefined` when the text holds no JSON object that reads as a schema.
 */
export function findSchema(text: string): PromptSchema | undefined {
  const announced = /\bschema\b[^{}]{0,40}(?=\{)/i.exec(text);
  if (announced === null) return undefined;
  const start = announced.index + announced[0].length;
  const end = endOfObject(text, start);
  const schema = end === undefined ? undefined : parseJson(text.slice(start, end));
  if (!isJsonObject(schema) || end === undefined) return undefined;
  const isSchema = ["type", "properties", "$ref", "enum", "anyOf", "oneOf"].some((key) =>
    Object.hasOwn(schema, key),
  );
  if (!isSchema) return undefined;
  return { schema, rest: `${text.slice(0, announced.index)} ${text.slice(end)}` };
}

/** @returns the position after the object that begins at `start`; `undefined` when it does not end. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let isInString = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (isInString) {
      if (character === "\\") index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return undefined;
}
