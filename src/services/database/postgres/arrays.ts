import type { Json } from "../../../shared/json.ts";

/*
 * PostgreSQL's text form of arrays: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO. Linear time.
 */

/**
 * Reads an array, of whatever dimensions and lower bounds (`[0:1]={a,b}`).
 *
 * @param read - reads the text of an element.
 * @returns `null` for text that is no array.
 */
export function readArray(
  text: string,
  delimiter: string,
  read: (text: string) => Json,
): readonly Json[] | null {
  const found: Json[] = [];
  const open: Json[][] = [found];
  // Lower bounds other than 1 stand before the first brace.
  for (let at = text.indexOf("{"); at >= 0 && at < text.length; ) {
    const character = text.charAt(at);
    if (character === "{") {
      const inner: Json[] = [];
      open.at(-1)?.push(inner);
      open.push(inner);
    } else if (character === "}") {
      open.pop();
    } else if (character !== delimiter) {
      const item = character === '"' ? readQuoted(text, at) : readBare(text, at, delimiter);
      open.at(-1)?.push(item.text === null ? null : read(item.text));
      at = item.end;
      continue;
    }
    at += 1;
  }
  const [array] = found;
  return Array.isArray(array) ? array : null;
}

interface Item {
  readonly text: string | null;
  readonly end: number;
}

function readBare(text: string, from: number, delimiter: string): Item {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== "}") end += 1;
  const bare = text.slice(from, end);
  return { text: bare === "NULL" ? null : bare, end };
}

function readQuoted(text: string, from: number): Item {
  const parts: string[] = [];
  const special = /["\\]/g;
  let start = from + 1;
  special.lastIndex = start;
  for (let found = special.exec(text); found; found = special.exec(text)) {
    parts.push(text.slice(start, found.index));
    if (found[0] === '"') return { text: parts.join(""), end: found.index + 1 };
    // What stands behind a backslash is itself, a backslash too.
    start = found.index + 1;
    special.lastIndex = start + 1;
  }
  return { text: parts.join(""), end: text.length };
}

/**
 * Writes a list as an array.
 *
 * @param write - writes an element as text.
 * @param isElement - whether a list within the list is an element, and no further dimension.
 */
export function writeArray(
  list: readonly Json[],
  delimiter: string,
  write: (item: Json) => string,
  isElement: boolean,
): string {
  const items = list.map((item) => {
    if (item === null) return "NULL";
    if (Array.isArray(item) && !isElement) return writeArray(item, delimiter, write, isElement);
    return `"${write(item).replaceAll(/["\\]/g, "\\$&")}"`;
  });
  return `{${items.join(delimiter)}}`;
}
