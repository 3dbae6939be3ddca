import { inOrder, type Limits, type Ordered } from "./order.ts";

/** A call whose maker left and comes back: its place is kept. Moments as `Clock.elapsed` counts them. */
export interface Away extends Ordered {
  /** What the call belongs to. */
  readonly executionId: string;
  readonly backAt: number;
}

/** A call that waits in this process. */
export interface Waiting extends Ordered {
  readonly notBefore: number;
}

/**
 * The calls to one channel, or of one method that no channel limits, each at its place: thousands may wait, so that nothing here
 * looks through all of them.
 */
export class Lane<Call extends Waiting> {
  readonly limits: Limits;
  /** A call of it is under way, and the next one has to wait for its end. */
  isBusy = false;
  readonly #waiting: Call[] = [];
  readonly #away: Away[] = [];

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Calls that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Is there nothing to remember of it? */
  get isOver(): boolean {
    return !this.isBusy && this.#waiting.length === 0 && this.#away.length === 0;
  }

  join(call: Call): void {
    insert(this.#waiting, call);
  }

  drop(call: Call): void {
    remove(this.#waiting, call);
  }

  keep(away: Away): void {
    insert(this.#away, away);
  }

  forget(away: Away): void {
    remove(this.#away, away);
  }

  /** The call whose turn is next; `undefined`: none may go yet. */
  first(now: number): Call | undefined {
    return this.#waiting.find(({ notBefore }) => notBefore <= now);
  }

  /** When a call may go that may not yet. */
  nextAt(): number {
    return this.#waiting.reduce(
      (earliest, { notBefore }) => Math.min(earliest, notBefore),
      Number.POSITIVE_INFINITY,
    );
  }

  /** How many go before this call, those who are away included. */
  countBefore(call: Ordered): number {
    return indexOf(this.#waiting, call) + indexOf(this.#away, call);
  }

  /** When the last of those who go before this call and are back by `now` has to be here; 0: none. */
  lastBack(call: Ordered, now: number): number {
    let last = 0;
    for (const away of this.#away) {
      if (inOrder(away, call) >= 0) break;
      if (away.backAt <= now) last = Math.max(last, away.backAt);
    }
    return last;
  }
}

/** Where a call stands in an ordered list, or would stand. */
function indexOf(list: readonly Ordered[], call: Ordered): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle];
    if (other !== undefined && inOrder(other, call) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert<Item extends Ordered>(list: Item[], item: Item): void {
  list.splice(indexOf(list, item), 0, item);
}

function remove<Item extends Ordered>(list: Item[], item: Item): void {
  const index = indexOf(list, item);
  if (list[index] === item) list.splice(index, 1);
}
