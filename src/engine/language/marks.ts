import type { Json } from "../../shared/json.ts";
import type { Scope } from "./scope.ts";

/**
 * Values that are not known yet stand in resolved parameters as marks: the path between two characters
 * of the private use area, which values from outside cannot bring along.
 */
const OPEN = "\uE000";
const CLOSE = "\uE001";
const MARK = /\uE000([^\uE000\uE001]*)\uE001/gu;
const MARK_CHARACTERS = /[\uE000\uE001]/gu;

/** A scope in which some paths are not known yet: they read as marks. */
export function withMarks(scope: Scope, isLater: (path: readonly string[]) => boolean): Scope {
  return {
    roots: scope.roots,
    read: (path) => {
      if (isLater(path)) return OPEN + path.join(".") + CLOSE;
      const value = scope.read(path);
      return value === undefined ? undefined : withoutMarks(value);
    },
  };
}

/** The same text with each mark written by `write`, which gets the path. */
export function showMarks(text: string, write: (path: string) => string): string {
  return text.replaceAll(MARK, (_mark, path: string) => write(path));
}

function withoutMarks(value: Json): Json {
  const text = JSON.stringify(value);
  // Nearly always there is none, and the value stays as it is.
  if (!text.includes(OPEN) && !text.includes(CLOSE)) return value;
  const clean: Json = JSON.parse(text.replaceAll(MARK_CHARACTERS, "\uFFFD"));
  return clean;
}
