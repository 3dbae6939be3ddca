import { AppError } from "./errors.ts";

/**
 * The segments of a path, as in `["stepResults", "check-severity", "output"]`. List positions are
 * segments too.
 */
export type TemplatePath = readonly string[];

/** A text with its `{{…}}` parsed. */
export interface Template {
  readonly source: string;
  /** Texts and paths in order. */
  readonly parts: readonly (string | TemplatePath)[];
  readonly paths: readonly TemplatePath[];
  /** Exactly one `{{…}}` and nothing else: the value keeps its type. */
  readonly whole: boolean;
}

/** Characters of one template. */
const MAX_TEMPLATE_LENGTH = 1_000_000;
const MAX_PATH_LENGTH = 500;

const SPACE = /[ \t\r\n]*/y;
const NAME = /[\p{L}\p{N}_$-]+/uy;
const INDEX = /\d{1,9}/y;

/**
 * Parses a text with `{{path}}`.
 *
 * A path is names with dots between them (`stepResults.check-severity.output`), list positions
 * (`items[0]`) and quoted names (`variables['any name']`). `{{'text'}}` stands for the text itself:
 * `{{'{{'}}` writes two braces. Linear time.
 *
 * @throws {AppError} `template_invalid` with the place; `limit_exceeded` for a text over
 *   `MAX_TEMPLATE_LENGTH`.
 */
export function parseTemplate(source: string): Template {
  if (source.length > MAX_TEMPLATE_LENGTH) {
    throw new AppError({
      code: "limit_exceeded",
      message: `A template has at most ${MAX_TEMPLATE_LENGTH} characters; this one has ${source.length}.`,
    });
  }
  const parts: (string | TemplatePath)[] = [];
  let tags = 0;
  let position = 0;
  for (;;) {
    const open = source.indexOf("{{", position);
    if (open < 0) break;
    if (open > position) parts.push(source.slice(position, open));
    const tag = parseTag(source, open);
    parts.push(tag.part);
    tags += 1;
    position = tag.end;
  }
  if (position < source.length) parts.push(source.slice(position));
  const paths = parts.filter((part) => typeof part !== "string");
  return { source, parts, paths, whole: tags === 1 && parts.length === 1 };
}

/** Reads one `{{…}}` that begins at `open`. */
function parseTag(source: string, open: number): { part: string | TemplatePath; end: number } {
  const cursor = new Cursor(source, open);
  cursor.position = open + 2;
  cursor.take(SPACE);
  const part = cursor.quoted() ?? parsePath(cursor);
  cursor.take(SPACE);
  if (!source.startsWith("}}", cursor.position)) throw cursor.invalid();
  if (typeof part !== "string" && part[0] === "secrets") checkSecret(part);
  return { part, end: cursor.position + 2 };
}

function checkSecret(path: TemplatePath): void {
  if (path.length === 2 && /^[A-Za-z0-9_]{1,100}$/.test(path[1] ?? "")) return;
  throw new AppError({
    code: "template_invalid",
    message: "A secret is written {{secrets.NAME}}, with letters, digits and _ in its name.",
  });
}

function parsePath(cursor: Cursor): TemplatePath {
  const path = [cursor.need(NAME)];
  for (;;) {
    if (cursor.position - cursor.open > MAX_PATH_LENGTH) throw cursor.invalid();
    if (cursor.skip(".")) path.push(cursor.need(NAME));
    else if (cursor.skip("[")) {
      cursor.take(SPACE);
      path.push(cursor.quoted() ?? cursor.need(INDEX));
      cursor.take(SPACE);
      if (!cursor.skip("]")) throw cursor.invalid();
    } else return path;
  }
}

/** A place in the source that moves on as tokens are taken. */
class Cursor {
  readonly #source: string;
  readonly open: number;
  position: number;

  constructor(source: string, open: number) {
    this.#source = source;
    this.open = open;
    this.position = open;
  }

  /** What a sticky expression matches here; moves behind it. */
  take(expression: RegExp): string {
    expression.lastIndex = this.position;
    const text = expression.exec(this.#source)?.[0] ?? "";
    this.position += text.length;
    return text;
  }

  need(expression: RegExp): string {
    const text = this.take(expression);
    if (text === "") throw this.invalid();
    return text;
  }

  skip(character: string): boolean {
    if (this.#source[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  /** The text between two quotes of one kind, or `null` where no quote begins. */
  quoted(): string | null {
    const quote = this.#source[this.position];
    if (quote !== "'" && quote !== '"') return null;
    const close = this.#source.indexOf(quote, this.position + 1);
    if (close < 0) throw this.invalid();
    const text = this.#source.slice(this.position + 1, close);
    this.position = close + 1;
    return text;
  }

  invalid(): AppError {
    const close = this.#source.indexOf("}}", this.position);
    const end = Math.min(close < 0 ? this.open + 40 : close + 2, this.open + 80);
    const excerpt = this.#source.slice(this.open, end).replace(/\s+/g, " ");
    return new AppError({
      code: "template_invalid",
      message: `${this.#complaint(close)} in "${excerpt}" (character ${this.position + 1}). A template holds a path alone, such as {{variables.amount}} or {{stepResults.check.output}}; calculate in a transform step, and write {{'{{'}} for two braces.`,
    });
  }

  #complaint(close: number): string {
    if (close < 0) return "A {{ is not closed by }}";
    if (this.position - this.open > MAX_PATH_LENGTH) return "A path is too long";
    const found = String.fromCodePoint(this.#source.codePointAt(this.position) ?? 32);
    return found === "}" ? "A name is missing" : `Unexpected ${JSON.stringify(found)}`;
  }
}
