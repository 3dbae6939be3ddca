import type { Json } from "../../shared/json.ts";
import { MARK_CLOSES, MARK_OPENS } from "../model/marks.ts";
import type { Scope } from "./scope.ts";

const MARK_CHARACTERS = /[\uE000\uE001]/gu;

/** A scope in which some paths are not known yet: they read as marks. */
export function withMarks(scope: Scope, isLater: (path: readonly string[]) => boolean): Scope {
  return {
    roots: scope.roots,
    isOpen: isLater,
    read: (path) => {
      if (isLater(path)) return MARK_OPENS + path.join(".") + MARK_CLOSES;
      const value = scope.read(path);
      return value === undefined ? undefined : withoutMarks(value);
    },
  };
}

function withoutMarks(value: Json): Json {
  const text = JSON.stringify(value);
  // Nearly always there is none, and the value stays as it is.
  if (!text.includes(MARK_OPENS) && !text.includes(MARK_CLOSES)) return value;
  const clean: Json = JSON.parse(text.replaceAll(MARK_CHARACTERS, "\uFFFD"));
  return clean;
}
