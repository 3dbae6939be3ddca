/**
 * How a finding stands: `problem` keeps the bot or a part of it from working, `warning` may, and
 * `unknown` could not be found out from here.
 */
export type Level = "ok" | "warning" | "problem" | "unknown";

/** One line of the doctor's report. */
export interface Finding {
  readonly level: Level;
  /** What is so, or what is wrong. One or two sentences without a secret. */
  readonly what: string;
  /** What to do about it; may have several lines. */
  readonly fix?: string;
}

/** Something to find out. */
export interface Check {
  /** Stable, for programs: `slack.scopes`. */
  readonly id: string;
  /** One or two words, for people. */
  readonly title: string;
  /** Milliseconds after which it is given up. @default 10000 */
  readonly limitMs?: number;
  /**
   * Finds it out and changes nothing.
   *
   * @throws {AppError} for a problem: its message becomes the finding.
   */
  run(signal: AbortSignal): Promise<readonly Finding[]>;
}

/** What came of a check. */
export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly ms: number;
  /** None: the check is about something that is not in use. */
  readonly findings: readonly Finding[];
}

export const ok = (what: string): Finding => ({ level: "ok", what });

export function problem(what: string, fix: string): Finding {
  return { level: "problem", what, fix };
}

export function warning(what: string, fix: string): Finding {
  return { level: "warning", what, fix };
}

export function unknown(what: string, fix: string): Finding {
  return { level: "unknown", what, fix };
}

/** How many findings of a level there are. */
export function count(results: readonly CheckResult[], level: Level): number {
  return results.flatMap(({ findings }) => findings).filter((one) => one.level === level).length;
}
