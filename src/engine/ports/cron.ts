/** The times of a cron expression. */
export interface CronSchedule {
  /** Does it name seconds, so that it has to be checked every second? */
  readonly hasSeconds: boolean;
  /**
   * The scheduled times after one moment up to and including another, oldest first; of more than
   * `limit` the latest.
   */
  between(after: number, until: number, limit: number): readonly number[];
  /** The same, but of more than `limit` the earliest. */
  following(after: number, until: number, limit: number): readonly number[];
}

/** What is wrong with an expression. */
export interface CronProblem {
  /** In plain words, without a period. */
  readonly message: string;
  /** What to write instead, a sentence; absent: nothing more is known than how expressions look. */
  readonly fix?: string;
}

/** Understands cron expressions. */
export interface Cron {
  /** Empty: nothing is wrong, and it means what it seems to mean. */
  problems(expression: string): readonly CronProblem[];
  /**
   * Fixed times of day come once a day also when the clocks are changed: a time that is skipped
   * counts as the first minute afterward, of one that comes twice the first counts. Schedules that
   * repeat within the day take the clock as it is.
   *
   * @param timezone - an IANA name that exists. @throws {Error} for an expression with problems.
   */
  parse(expression: string, timezone: string): CronSchedule;
}
