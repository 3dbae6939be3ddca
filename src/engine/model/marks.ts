/**
 * Values that are not known yet stand in resolved parameters as marks: the path between two characters
 * of the private use area, which values from outside cannot bring along.
 */
export const MARK_OPENS = "\uE000";
export const MARK_CLOSES = "\uE001";
const MARK = /\uE000([^\uE000\uE001]*)\uE001/gu;

/** The same text with each mark written by `write`, which gets the path: `stepResults.quote.output.total`. */
export function showMarks(text: string, write: (path: string) => string): string {
  return text.replaceAll(MARK, (_mark, path: string) => write(path));
}
