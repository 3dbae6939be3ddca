import type { ChaosReport } from "../../test/support/chaos/chaos.ts";

/** More problems would fill the screen and say no more. */
const SHOWN_PROBLEMS = 50;

/**
 * An argument of the command line that must be a whole number in a range, both ends included.
 *
 * Any other text ends the process with exit code 64 and says what to write.
 */
export function wholeNumber(
  name: string,
  text: string,
  { from = 0, to = 999_999_999 }: { readonly from?: number; readonly to?: number } = {},
): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= from && number <= to) return number;
  console.error(
    `--${name} must be a whole number from ${from} to ${to}, such as --${name} ${Math.min(Math.max(7, from), to)}.`,
  );
  process.exit(64);
}

/** Ends the process with exit code 64 unless the text of `--store` names a store. */
export function storeName(text: string): "sqlite" | "mongodb" {
  if (text === "sqlite" || text === "mongodb") return text;
  console.error("--store must be sqlite or mongodb.");
  process.exit(64);
}

/**
 * Prints counts, problems and a verdict, and sets the exit code: 1 if there are problems.
 *
 * @param verdict - what is said if there are none.
 */
export function finish(
  { counts, problems, seconds, evidence }: ChaosReport,
  verdict: string,
): void {
  for (const [what, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${what.padEnd(44)}${String(count).padStart(10)}`);
  }
  console.log(`${"seconds".padEnd(44)}${seconds.toFixed(1).padStart(10)}`);
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) console.log(`WRONG  ${problem}`);
  if (evidence !== null) console.log(`The state of the bots is kept in ${evidence}.`);
  console.log(problems.length === 0 ? verdict : `${problems.length} things are wrong.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
