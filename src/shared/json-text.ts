import { AppError } from "./errors.ts";
import type { Json } from "./json.ts";
/** JSON as text within a sentence: scalars as they are, null as nothing, the rest as JSON. */
export function toText(value: Json): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw tooDeep(cause);
  }
}

export function tooDeep(cause?: unknown): AppError {
  return new AppError({
    code: "limit_exceeded",
    message: `The data is too large or nested deeper than ${MAX_DEPTH} levels. Use a part of it.`,
    cause,
  });
}

/** Levels of lists and objects. */
export const MAX_DEPTH = 200;
