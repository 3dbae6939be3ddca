import { text } from "../arguments.ts";
import { failed, type Value } from "../values.ts";

/** A locale that this machine has; American English without. @throws {AppError} `expression_failed`. */
export function localeOf(value: Value | undefined, usage: string): string {
  const locale = value === undefined ? "en-US" : text(value, usage);
  try {
    if (Intl.NumberFormat.supportedLocalesOf(locale).length > 0) return locale;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw failed(`${usage} does not know this locale. Locales are written like en-US, de-DE or ja.`);
}
