import { AppError } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { MAX_DEPTH, tooDeep, toText } from "../../shared/json-text.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { type Filled, Misfit, type Piece } from "../../shared/places/place.ts";
import { guardSecrets, secretReference } from "../../shared/secret-reference.ts";
import { parseTemplate, type Template, type TemplatePath } from "../../shared/template-parser.ts";
import { missingValue } from "./missing-value.ts";
import { PLAIN, type Placing } from "./placing.ts";
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
 * Resolves every template in a value, however deep, each by the place that it stands in. Keys are left alone.
 *
 * The result is meant for `revealSecrets`: `{{secrets.NAME}}` written in the definition stays, and the same characters
 * coming from data are guarded, so that a person cannot read a secret by typing its name into a variable.
 *
 * @param placing - where the value stands; by default it is text without a syntax.
 * @throws {AppError} `template_invalid`, `template_missing`, `limit_exceeded`; `params_invalid` for a value that cannot be
 *   written into its place, and for a secret where none may stand.
 */
export function resolveTemplates(value: Json, scope: Scope, placing: Placing = PLAIN): Json {
  const budget: Budget = { left: MAX_RENDERED_LENGTH };
  return mapTexts(value, { placing, path: [] }, budget, (text, { placing, path }) =>
    fitting(path, () => {
      const template = parseTemplate(text);
      const pieces = piecesOf(template, scope);
      const [only] = pieces;
      if (!template.whole || typeof only !== "object" || only.value === undefined)
        return writeGuarded(template, pieces, placing, scope);
      const taken = takeAlone(only.value, only, placing, path);
      return mapTexts(taken, { placing: PLAIN, path: [] }, budget, guardSecrets);
    }),
  );
}

/** The value of a lone template, which may be an object whose members stand in places of their own. */
function takeAlone(value: Json, piece: Filled, placing: Placing, path: Path): Json {
  const { place } = placing;
  if (place.alone) {
    const taken = place.alone(value, piece.template, piece.link);
    if (taken !== undefined) return taken;
  }
  if (path.length > MAX_DEPTH) throw tooDeep();
  const take = (item: Json, key: string, owner: JsonObject | readonly Json[]): Json =>
    takeAlone(item, piece, placing.member(key, owner), [...path, key]);
  if (Array.isArray(value)) {
    const list: readonly Json[] = value;
    return list.map((item, index) => take(item, String(index), list));
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, take(item, key, value)]),
  );
}

/** The pieces of a text, as its place writes them. */
export function piecesOf(template: Template, scope?: Scope): readonly Piece[] {
  return template.parts.map((part): Piece => {
    if (typeof part === "string") return part;
    const isSecret = part[0] === "secrets";
    const known = scope !== undefined && !isSecret && scope.isOpen?.(part) !== true;
    const value = known ? readPath(part, scope) : undefined;
    const link = scope?.linkAt?.(part);
    return { template: `{{${part.join(".")}}}`, isSecret, value, ...omitUndefined({ link }) };
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

/**
 * Writes a text by its place. What is not known yet stays as it is, and so do references to secrets. Guards what lies between
 * two of these as one text: two values side by side could spell a third reference.
 */
function writeGuarded(
  template: Template,
  pieces: readonly Piece[],
  { place, refusesSecrets = false }: Placing,
  scope: Scope,
): string {
  if (refusesSecrets && pieces.some(isSecret)) throw new Misfit(NO_SECRET);
  const written = place.write(pieces);
  const texts: string[] = [];
  let run: string[] = [];
  const flush = (): void => {
    if (run.length > 0) texts.push(guardSecrets(join(run)));
    run = [];
  };
  for (const [index, part] of template.parts.entries()) {
    if (typeof part !== "string" && part[0] === "secrets") {
      flush();
      texts.push(secretReference(part));
    } else if (typeof part !== "string" && scope.isOpen?.(part) === true) {
      run.push(toText(readPath(part, scope)));
    } else run.push(written[index] ?? "");
  }
  flush();
  return join(texts);
}

function isSecret(piece: Piece): boolean {
  return typeof piece !== "string" && piece.isSecret;
}

/** Says of a value that does not fit which parameter it was for. */
function fitting<Result>(path: Path, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const field = path.length === 0 ? "" : `"${path.join(".")}": `;
    throw new AppError({ code: "params_invalid", message: field + error.message });
  }
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

type Path = readonly string[];

/** Where a value stands within the parameters. */
interface Position {
  readonly placing: Placing;
  readonly path: Path;
}

function mapTexts(
  value: Json,
  at: Position,
  budget: Budget,
  map: (text: string, at: Position) => Json,
): Json {
  if (at.path.length > MAX_DEPTH) throw tooDeep();
  const spend = (amount: number): void => {
    budget.left -= amount;
    if (budget.left < 0) throw tooLong();
  };
  if (typeof value === "string") {
    const mapped = map(value, at);
    spend(typeof mapped === "string" ? mapped.length : 1);
    return mapped;
  }
  spend(1);
  const mapMember = (item: Json, key: string, owner: JsonObject | readonly Json[]): Json => {
    const within = { placing: at.placing.member(key, owner), path: [...at.path, key] };
    return mapTexts(item, within, budget, map);
  };
  if (Array.isArray(value)) {
    const list: readonly Json[] = value;
    return list.map((item, index) => mapMember(item, String(index), list));
  }
  if (!isJsonObject(value)) return value;
  // fromEntries defines own properties, so that a key named __proto__ stays data.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      spend(key.length);
      return [guardSecrets(key), mapMember(item, key, value)];
    }),
  );
}

const NO_SECRET =
  "What is kept or shown may not hold a secret. Remove {{secrets.…}} and deploy the workflow anew.";

function tooLong(): AppError {
  return new AppError({
    code: "limit_exceeded",
    message: `The templates produce more than ${MAX_RENDERED_LENGTH} characters. Use a part of the data, such as one field.`,
  });
}
