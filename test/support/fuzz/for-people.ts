import { CANARY } from "./odd-values.ts";

/** What belongs to programmers and must not be shown to people, with the reason. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/\n\s*at .+:\d+:\d+|\((?:file|node):[^)]+:\d+\)/, "a stack trace"],
  [/\b(?:Type|Range|Reference|Syntax|Zod|Assertion)Error\b/, "the name of an error class"],
  [
    /Cannot read (?:property|properties)|is not a function|is not iterable|Cannot convert|Cannot destructure/,
    "an error of the language",
  ],
  [/\[object \w+\]/, "an object as text"],
  [
    /Invalid input|Too (?:small|big): |Unrecognized key|Invalid option|expected \w+, received/,
    "a library's words",
  ],
  [/SQLITE_|SqliteError|UNIQUE constraint|no such table/, "the database's words"],
  [/Something went wrong on our side/, "an internal error"],
];

/**
 * Checks that a text may be shown to people.
 *
 * @param given - what was sent: what was said there may be repeated.
 * @throws {Error} that quotes what may not.
 */
export function assertForPeople(text: string, given = ""): void {
  if (text.includes(CANARY)) throw new Error(`A secret came out: ${around(text, CANARY)}`);
  for (const [pattern, what] of FORBIDDEN) {
    const found = pattern.exec(text)?.[0];
    if (found !== undefined && !given.includes(found))
      throw new Error(`${what} was shown: ${around(text, found)}`);
  }
}

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 200), at + part.length + 300);
}
