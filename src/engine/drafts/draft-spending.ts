import { GENERATION } from "../model/execution-id.ts";
import type { CallCost } from "../ports/calls.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";

/** A call is recorded with the time at which it began, which may be so long ago; other processes' clocks may differ. */
const SETTLED_MS = 15 * 60_000;

/** The month that is summed up, up to a moment before which no call is recorded any more. */
interface Month {
  readonly begin: number;
  readonly until: number;
  /** By person; the API's calls are under the empty id. */
  readonly spent: ReadonlyMap<string, number>;
}

/** What drafts cost in the current month, UTC, by person. Each call is read once, and for a quarter of an hour at each question. */
export class DraftSpending {
  readonly #calls: Store["calls"];
  readonly #clock: Clock;
  #month: Month = { begin: 0, until: 0, spent: new Map() };

  constructor(calls: Store["calls"], clock: Clock) {
    this.#calls = calls;
    this.#clock = clock;
  }

  /** Known prices, in nano-dollars. @param person - Slack user id; absent: the caller that has the API's token. */
  async of(person: string | undefined): Promise<number> {
    const now = this.#clock.now();
    const date = new Date(now);
    const begin = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
    const known =
      this.#month.begin === begin && this.#month.until <= now
        ? this.#month
        : { begin, until: begin, spent: new Map<string, number>() };
    const calls = await this.#calls.listCosts({
      ...{ workflowId: GENERATION, from: known.until, to: now + 1 },
    });
    const until = Math.max(known.until, now - SETTLED_MS);
    const settled = addUp(
      known.spent,
      calls.filter(({ at }) => at < until),
    );
    this.#month = { begin, until, spent: settled };
    const all = addUp(
      settled,
      calls.filter(({ at }) => at >= until),
    );
    return all.get(person ?? "") ?? 0;
  }
}

function addUp(
  before: ReadonlyMap<string, number>,
  calls: readonly CallCost[],
): ReadonlyMap<string, number> {
  const sums = new Map(before);
  for (const { by = "", costNano } of calls) sums.set(by, (sums.get(by) ?? 0) + (costNano ?? 0));
  return sums;
}
