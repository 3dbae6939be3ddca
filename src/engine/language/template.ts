import { AppError } from "../../shared/errors.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";
import { MAX_DEPTH, tooDeep, toText } from "../../shared/json-text.ts";
import { guardSecrets, secretReference } from "../../shared/secret-reference.ts";
import { parseTemplate, type Template, type TemplatePath } from "../../shared/template-parser.ts";
import { missingValue } from "./missing-value.ts";
import type { Scope } from "./scope.ts";

/** Characters that templates may produce in one text or one set of parameters. */
const MAX_RENDERED_LENGTH = 4_000_000;

/**
 * The value of a template. Exactly one `{{…}}` and nothing else keeps its type; otherwise the result is text.
 * `{{secrets.NAME}}` stays as it is.
 *
 * @throws {AppError} `template_missing` when a value is not there, `limit_exceeded` when the text gets too long.
 */
export function renderTemplate(template: Template, scope: Scope): Json {
  const only = template.whole ? template.parts[0] : undefined;
  if (only !== undefined && typeof only !== "string") return readPath(only, scope);
  return renderText(template, scope);
}

/**
 * The text of a template: scalars as text, objects and lists as JSON, null as nothing. `{{secrets.NAME}}` stays as it is.
 *
 * @throws {AppError} `template_invalid`, `template_missing`, `limit_exceeded`.
 */
export function renderText(template: Template | string, scope: Scope): string {
  const { parts } = typeof template === "string" ? parseTemplate(template) : template;
  return join(
    parts.map((part) => (typeof part === "string" ? part : toText(readPath(part, scope)))),
  );
}

/**
 * Resolves every template in a value, however deep. Keys are left alone.
 *
 * The result is meant for `revealSecrets`: `{{secrets.NAME}}` written in the definition stays, and the same characters
 * coming from data are guarded, so that a person cannot read a secret by typing its name into a variable.
 *
 * @throws {AppError} `template_invalid`, `template_missing`, `limit_exceeded`.
 */
export function resolveTemplates(value: Json, scope: Scope): Json {
  const budget: Budget = { left: MAX_RENDERED_LENGTH };
  return mapTexts(value, 0, budget, (text) => {
    const template = parseTemplate(text);
    const only = template.whole ? template.parts[0] : undefined;
    if (only === undefined || typeof only === "string") return renderGuarded(template, scope);
    if (only[0] === "secrets") return secretReference(only);
    return mapTexts(readPath(only, scope), 0, budget, guardSecrets);
  });
}

/**
 * Resolves every template in a value that is markup: what the templates put in is escaped, a lone `{{…}}` too, so that data
 * is text there and never markup; what the definition says stays.
 *
 * @param escape - writes text from outside into the markup.
 * @throws {AppError} `template_invalid`, `template_missing`, `limit_exceeded`; `params_invalid` for a secret.
 */
export function resolveMarkup(value: Json, scope: Scope, escape: (text: string) => string): Json {
  const budget: Budget = { left: MAX_RENDERED_LENGTH };
  return mapTexts(value, 0, budget, (text) => {
    const template = parseTemplate(text);
    if (template.paths.some((path) => path[0] === "secrets")) throw secretShown();
    return renderGuarded(template, scope, escape);
  });
}

/** A template within a value, and where it is. */
export interface FoundTemplate {
  readonly path: readonly (string | number)[];
  readonly template: Template;
}

/**
 * Every text of a value that holds at least one `{{…}}`.
 *
 * @param onInvalid - called for texts that cannot be parsed, which are left out.
 * @throws {AppError} `template_invalid` when `onInvalid` is not given.
 */
export function findTemplates(
  value: Json,
  onInvalid?: (path: readonly (string | number)[], error: unknown) => void,
): FoundTemplate[] {
  const found: FoundTemplate[] = [];
  const visit = (part: Json, path: readonly (string | number)[]): void => {
    if (path.length > MAX_DEPTH) throw tooDeep();
    if (Array.isArray(part)) part.forEach((item: Json, index) => visit(item, [...path, index]));
    else if (isJsonObject(part)) {
      for (const [key, item] of Object.entries(part)) visit(item, [...path, key]);
    } else if (typeof part === "string" && part.includes("{{")) {
      try {
        found.push({ path, template: parseTemplate(part) });
      } catch (error) {
        if (onInvalid === undefined) throw error;
        onInvalid(path, error);
      }
    }
  };
  visit(value, []);
  return found;
}

function readPath(path: TemplatePath, scope: Scope): Json {
  if (path[0] === "secrets") return secretReference(path);
  const value = scope.read(path);
  if (value === undefined) throw missingValue(path, scope);
  return value;
}

/** Guards what lies between two references to secrets as one text: two values side by side could spell a third reference. */
function renderGuarded(
  template: Template,
  scope: Scope,
  write: (text: string) => string = (text) => text,
): string {
  const texts: string[] = [];
  let run: string[] = [];
  const flush = (): void => {
    if (run.length > 0) texts.push(guardSecrets(join(run)));
    run = [];
  };
  for (const part of template.parts) {
    if (typeof part === "string") run.push(part);
    else if (part[0] === "secrets") {
      flush();
      texts.push(secretReference(part));
    } else run.push(write(toText(readPath(part, scope))));
  }
  flush();
  return join(texts);
}

function join(parts: readonly string[]): string {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length > MAX_RENDERED_LENGTH) throw tooLong();
  return parts.join("");
}

interface Budget {
  left: number;
}

function mapTexts(value: Json, depth: number, budget: Budget, map: (text: string) => Json): Json {
  if (depth > MAX_DEPTH) throw tooDeep();
  const spend = (amount: number): void => {
    budget.left -= amount;
    if (budget.left < 0) throw tooLong();
  };
  if (typeof value === "string") {
    const mapped = map(value);
    spend(typeof mapped === "string" ? mapped.length : 1);
    return mapped;
  }
  spend(1);
  if (Array.isArray(value))
    return value.map((item: Json) => mapTexts(item, depth + 1, budget, map));
  if (!isJsonObject(value)) return value;
  // fromEntries defines own properties, so that a key named __proto__ stays data.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      spend(key.length);
      return [guardSecrets(key), mapTexts(item, depth + 1, budget, map)];
    }),
  );
}

function secretShown(): AppError {
  return new AppError({
    code: "params_invalid",
    message: "What people read may not hold a secret. Remove {{secrets.…}}.",
  });
}

function tooLong(): AppError {
  return new AppError({
    code: "limit_exceeded",
    message: `The templates produce more than ${MAX_RENDERED_LENGTH} characters. Use a part of the data, such as one field.`,
  });
}
