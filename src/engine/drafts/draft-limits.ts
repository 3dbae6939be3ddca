import { counted } from "../../shared/counted.ts";
import { AppError } from "../../shared/errors.ts";
import { formatDollars } from "../../shared/money.ts";
import type { Clock } from "../ports/clock.ts";
import type { RateLimit } from "../ports/rate-limits.ts";
import type { Store } from "../ports/store.ts";
import { DraftSpending } from "./draft-spending.ts";

export interface DraftLimitsOptions {
  readonly store: Pick<Store, "calls" | "budgets" | "rateLimits">;
  readonly clock: Clock;
  /** What one person's drafts, and the reading of their messages, may cost in a month, UTC, in nano-dollars, unless an admin set that person a budget. */
  readonly monthlyNano: number;
}

/** Rounds that a person may have written at once, and in each hour. */
const ROUNDS_PER_HOUR = 20;

/** Messages of one person that a model reads at once, and in each hour: each is a paid call. */
const READINGS_PER_HOUR = 60;

const HOUR_MS = 3_600_000;

/**
 * Keeps people from having models asked without end outside of runs: a round of a draft is up to four calls, a message that is read
 * is one, and every person may cause them.
 */
export class DraftLimits {
  readonly #options: DraftLimitsOptions;
  readonly #spending: DraftSpending;

  constructor(options: DraftLimitsOptions) {
    this.#options = options;
    this.#spending = new DraftSpending(options.store.calls, options.clock);
  }

  /**
   * Counts one round of a person.
   *
   * @param person - Slack user id; absent: the caller that has the API's token.
   * @throws {AppError} `budget_exhausted`, `rate_limited`.
   */
  async take(person: string | undefined): Promise<void> {
    const { store, clock } = this.#options;
    const exhausted = await this.#exhausted(person);
    if (exhausted) throw exhausted;
    const rounds = hourly(`drafts:${person ?? "api"}`, ROUNDS_PER_HOUR);
    const refusal = await store.rateLimits.take([rounds], clock.now());
    const what = `At most ${ROUNDS_PER_HOUR} workflows and changes are written for one person in an hour.`;
    if (refusal) throw tooMany(what, refusal.waitMs);
  }

  /**
   * Counts one message of a person that a model is to read.
   *
   * @param person - Slack user id.
   * @returns why the model may not be asked; `null`: it may.
   */
  async refuseReading(person: string): Promise<AppError | null> {
    const { store, clock } = this.#options;
    const readings = hourly(`readings:${person}`, READINGS_PER_HOUR);
    const refusal = await store.rateLimits.take([readings], clock.now());
    if (refusal === null) return this.#exhausted(person);
    const what = `At most ${READINGS_PER_HOUR} messages of one person are read in an hour.`;
    return tooMany(what, refusal.waitMs);
  }

  async #exhausted(person: string | undefined): Promise<AppError | null> {
    const { monthlyNano } = this.#options;
    const spent = await this.#spending.of(person);
    if (spent < monthlyNano || (await this.#hasOwnBudget(person))) return null;
    return spentAll(person, spent, monthlyNano);
  }

  async #hasOwnBudget(person: string | undefined): Promise<boolean> {
    const budgets = await this.#options.store.budgets.list();
    return budgets.some(
      ({ scope, subject, monthlyNano }) =>
        scope === "person" && subject === person && monthlyNano !== null,
    );
  }
}

function hourly(key: string, burst: number): RateLimit {
  return { key, burst, intervalMs: HOUR_MS / burst };
}

function tooMany(what: string, waitMs: number): AppError {
  const minutes = Math.max(1, Math.ceil(waitMs / 60_000));
  return new AppError({
    code: "rate_limited",
    message: `${what} Ask again in ${counted(minutes, "minute")}.`,
    retryAfterMs: waitMs,
  });
}

function spentAll(person: string | undefined, spent: number, monthlyNano: number): AppError {
  const whose = person === undefined ? "the API" : `<@${person}>`;
  const admin =
    person === undefined
      ? "The operator can raise DRAFT_BUDGET_USD"
      : `An admin can set a budget of your own, \`/workflow budget person ${whose} <dollars>\``;
  return new AppError({
    code: "budget_exhausted",
    message: `This month's budget for drafts of ${whose} is used up: ${formatDollars(spent)} of ${formatDollars(monthlyNano)}. The model was not asked. ${admin}; otherwise models are asked again next month.`,
  });
}
