import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { parseJsonBody } from "../../../src/shared/parse-json.ts";
import { UsageError } from "../command.ts";

/** The number of a version. @throws {UsageError} */
export function toVersion(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const version = Number(text.replace(/^v/, ""));
  if (Number.isInteger(version) && version >= 1) return version;
  throw new UsageError(`${name} must be a whole number from 1; it is "${text}".`);
}

/** `name=value` as members. @param what - such as `--label`, for the message. @throws {UsageError} */
export function toPairs(
  texts: readonly string[],
  what: string,
): readonly (readonly [name: string, value: string])[] {
  return texts.map((text) => {
    const at = text.indexOf("=");
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    throw new UsageError(`${what} must be name=value; it is "${text}".`);
  });
}

/** `name=value` as variables: what is JSON counts as such (`640`, `true`, `["a"]`), all else is text. @throws {UsageError} */
export function toVariables(texts: readonly string[], what: string): JsonObject {
  return Object.fromEntries(toPairs(texts, what).map(([name, value]) => [name, toValue(value)]));
}

function toValue(text: string): Json {
  try {
    return parseJsonBody(Buffer.from(text));
  } catch {
    return text;
  }
}
