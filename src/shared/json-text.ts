import { AppError } from "./errors.ts";
import { isFileValue } from "./file-value.ts";
import type { Json } from "./json.ts";
import { shorten } from "./shorten.ts";

/**
 * JSON as text within a sentence: scalars as they are, null as nothing, a file by its name, a list of files by their names, the
 * rest as JSON.
 */
export function toText(value: Json): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  if (isFileValue(value)) return value.name;
  if (Array.isArray(value) && value.length > 0 && value.every(isFileValue))
    return value.map(({ name }) => name).join(", ");
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw tooDeep(cause);
  }
}

/** The error for data that cannot be walked or written. */
export function tooDeep(cause?: unknown): AppError {
  return new AppError({
    code: "limit_exceeded",
    message: `The data is too large or nested deeper than ${MAX_DEPTH} levels. Use a part of it.`,
    cause,
  });
}

/** Levels of lists and objects. */
export const MAX_DEPTH = 200;

/** Characters of a value that is shown for comparison. */
const MAX_SHORT = 300;

/** JSON for people who compare values: shortened with an ellipsis where it is long. */
export function shortJson(value: Json): string {
  return shorten(JSON.stringify(value), MAX_SHORT);
}
