import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import type { TemplatePath } from "./template-parser.ts";

/*
 * Parameters keep `{{secrets.NAME}}` until the service call, and they also hold untrusted data. So
 * a reference that does not come from the definition is escaped the way a template writes it
 * literally, `{{'{{'}}secrets.`, and unescaped when the references are replaced.
 */

const GUARD = "{{'{{'}}";

/** A reference as parameters keep it. */
export function secretReference(path: TemplatePath): string {
  return `{{${path.join(".")}}}`;
}

/**
 * Escapes data that looks like a reference to a secret, or like a guard. The text must be complete.
 */
export function guardSecrets(text: string): string {
  return text.includes("{{") ? text.replace(/\{\{(?=secrets\.|'\{\{'\}\})/g, GUARD) : text;
}

const REFERENCE = /\{\{'\{\{'\}\}|\{\{secrets\.([A-Za-z0-9_]+)\}\}/g;

/** The references to secrets in parameters that `resolveTemplates` made, and where they stand. */
export function secretsIn(
  params: JsonObject,
): readonly { readonly name: string; readonly path: readonly (string | number)[] }[] {
  const found: { name: string; path: readonly (string | number)[] }[] = [];
  const visit = (value: Json, path: readonly (string | number)[]): void => {
    if (typeof value === "string") {
      for (const [, name] of value.matchAll(REFERENCE))
        if (name !== undefined) found.push({ name, path });
    } else if (Array.isArray(value))
      value.forEach((item: Json, index) => visit(item, [...path, index]));
    else if (isJsonObject(value))
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
  };
  visit(params, []);
  return found;
}

/**
 * Replaces the references to secrets in parameters that `resolveTemplates` made. Data stays data,
 * whatever it looks like.
 *
 * @param reveal - the secret with a name; throws when there is none.
 * @returns parameters that must not be stored, logged or shown.
 */
export function revealSecrets(params: JsonObject, reveal: (name: string) => string): JsonObject {
  const text = (value: string): string =>
    value.replace(REFERENCE, (_match, name: string | undefined) =>
      name === undefined ? "{{" : reveal(name),
    );
  const visitObject = (value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), visit(item)]));
  const visit = (value: Json): Json => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(visit);
    return isJsonObject(value) ? visitObject(value) : value;
  };
  return visitObject(params);
}
