import { dropUnseen } from "../../shared/unseen.ts";
import { EQUALS, invalid, showTyped, type Token, tokenize } from "./tokens.ts";

/** What was typed after a slash command. */
export interface CommandLine {
  /** The words before the first value. */
  readonly words: readonly string[];
  /** The values by name, in the order typed. */
  readonly values: ReadonlyMap<string, string>;
}

/** A name and its value, and how many tokens they are. */
interface Pair {
  readonly key: string;
  readonly value: string;
  readonly length: number;
}

const KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** Phones turn two hyphens into a dash. */
const DASHES = /^(?:--|[–—−])(?=\S)/;
const DASH = /^[-–—−]{1,2}(?=[A-Za-z_])/;
const COLON = /^[:：]/;

/**
 * Reads the text of a slash command: words, then values with names. A value is written `key=value`, and taken as well with spaces
 * around the `=` and as `--key=value` or `--key value`. With a colon, `key: value`, it is taken where `keys` has the name: else a
 * colon belongs to the text. A value is bare or stands in `'…'`, `"…"`, `“…”` or back quotes; a backslash takes the next
 * character as it is (`\n` is a line break). People and channels become their ids, links the addresses that were typed; unseen
 * characters around bare values and in names are dropped.
 *
 * @param keys - names that may stand before a colon. @default none
 * @throws {AppError} `command_invalid`: an open quote, a value without a key, a key without a value, a key twice.
 */
export function parseCommandLine(text: string, keys: readonly string[] = []): CommandLine {
  const tokens = tokenize(text);
  const words: string[] = [];
  const values = new Map<string, string>();
  for (let at = 0; at < tokens.length; ) {
    const pair = readPair(tokens, at, keys);
    const word = tokens[at]?.text ?? "";
    if (pair !== null) {
      if (values.has(pair.key)) throw invalid(`“${pair.key}” is given twice. Give it once.`);
      values.set(pair.key, pair.value);
    } else if (values.size > 0) throw strayWord(word, values);
    else words.push(dropUnseen(word));
    at += pair?.length ?? 1;
  }
  return { words, values };
}

/** Names that stand before a colon and may be meant as those of values. */
export function namesBeforeColons(text: string): readonly string[] {
  const tokens = tokenize(text);
  return tokens.flatMap((token, index) => {
    const [before = ""] = token.text.split(/[:：]/, 1);
    const isApart = COLON.test(tokens[index + 1]?.text ?? "");
    const name = nameOf(before);
    return !token.isQuoted && name !== null && (isApart || before !== token.text) ? [name] : [];
  });
}

function readPair(tokens: readonly Token[], at: number, keys: readonly string[]): Pair | null {
  const token = tokens[at];
  if (token === undefined || token.isQuoted) return null;
  return (
    readWithEquals(tokens, at) ??
    readWithColon(tokens, at, keys) ??
    readApart(tokens, at, keys) ??
    readFlag(tokens, at)
  );
}

/** `key=value`, `key= value`. */
function readWithEquals(tokens: readonly Token[], at: number): Pair | null {
  const { text = "", equals = -1, hasQuote } = tokens[at] ?? {};
  const key = equals > 0 ? nameOf(text.slice(0, equals)) : null;
  if (key === null) return null;
  const value = text.slice(equals + 1);
  return value !== "" || hasQuote ? { key, value, length: 1 } : withNext(tokens, at, key, 1);
}

/** `key:value`, `key: value`. */
function readWithColon(tokens: readonly Token[], at: number, keys: readonly string[]): Pair | null {
  const text = tokens[at]?.text ?? "";
  const [before = ""] = text.split(/[:：]/, 1);
  const key = nameOf(before);
  if (before === text || key === null || !keys.includes(key)) return null;
  const value = text.slice(before.length + 1);
  return value === "" ? withNext(tokens, at, key, 1) : { key, value, length: 1 };
}

/** `key = value`, `key =value`, `key : value`. The first word is the command's. */
function readApart(tokens: readonly Token[], at: number, keys: readonly string[]): Pair | null {
  const key = at === 0 ? null : nameOf(tokens[at]?.text ?? "");
  const next = tokens[at + 1];
  if (key === null || next === undefined || next.isQuoted) return null;
  const isEquals = next.equals === 0;
  if (!isEquals && !(COLON.test(next.text) && keys.includes(key))) return null;
  const value = next.text.slice(1);
  return value !== "" || next.hasQuote ? { key, value, length: 2 } : withNext(tokens, at, key, 2);
}

/** `--key value`. */
function readFlag(tokens: readonly Token[], at: number): Pair | null {
  const text = tokens[at]?.text ?? "";
  const key = DASHES.test(text) ? nameOf(text) : null;
  return key === null ? null : withNext(tokens, at, key, 1);
}

/** The value is the next word. @param length - tokens before it. */
function withNext(tokens: readonly Token[], at: number, key: string, length: number): Pair {
  const next = tokens[at + length];
  const isValue =
    next !== undefined &&
    (next.isQuoted || !(isPair(next) || EQUALS.test(next.text[0] ?? "") || DASHES.test(next.text)));
  if (!isValue) {
    throw invalid(
      `“${key}” has no value. Write \`${key}=…\` with its value behind the \`=\`; an empty text is \`${key}=""\`.`,
    );
  }
  return { key, value: next.text, length: length + 1 };
}

function isPair({ text, equals }: Token): boolean {
  return equals > 0 && nameOf(text.slice(0, equals)) !== null;
}

/** The name that a word may be: without dashes before it, unseen characters, and in plain letters. */
function nameOf(word: string): string | null {
  const name = dropUnseen(word).normalize("NFKC").replace(DASH, "");
  return KEY.test(name) ? name : null;
}

function strayWord(word: string, values: ReadonlyMap<string, string>): Error {
  const key = [...values.keys()].at(-1) ?? "name";
  if (EQUALS.test(word)) {
    const name = showTyped(word.split(EQUALS, 1)[0] ?? "", 60);
    return invalid(
      `“${name}” cannot be the name of a value: names have the letters a to z, digits and _, and begin with a letter. If it belongs to “${key}” before it, write that in quotes: \`${key}="…"\`.`,
    );
  }
  const shown = showTyped(word, 60);
  return invalid(
    `“${shown}” has no name. If it belongs to “${key}” before it, write that in quotes: \`${key}="… ${shown}"\`. If it is a value of its own, write its name and \`=\` before it.`,
  );
}
