/** The times of a cron expression. */
export interface CronSchedule {
  /** Does it name seconds, so that it has to be checked every second? */
  readonly hasSeconds: boolean;
  /**
   * The scheduled times after one moment up to and including another, oldest first; of more than
   * `limit` the latest.
   */
  between(after: number, until: number, limit: number): readonly number[];
}

/** Understands cron expressions. */
export interface Cron {
  /** What is wrong with an expression, in plain words; empty: nothing. */
  problems(expression: string): readonly string[];
  /**
   * @param timezone - an IANA name that exists. @throws {Error} for an expression with problems.
   */
  parse(expression: string, timezone: string): CronSchedule;
}
