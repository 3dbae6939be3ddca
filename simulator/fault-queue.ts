/** Says that a fault was asked for that does not exist or makes no sense; the message names the field. */
export class FaultRefused extends Error {
  override readonly name = "FaultRefused";
}

/** The least that is known of a fault: how many calls it still applies to (at least 1). */
export interface Counted {
  readonly times: number;
}

/** A fault that waits, under the id it can be taken back by. */
export interface WaitingFault<Fault extends Counted> {
  readonly id: string;
  /** How many more it hits. */
  readonly left: number;
  readonly fault: Fault;
}

/** The operations on pending faults, for every target. */
export interface FaultList {
  /** Faults that still wait, oldest first. */
  list(): readonly WaitingFault<Counted>[];
  /** Takes a fault back. Returns false when there is none with this id. */
  remove(id: string): boolean;
  /** Forgets all faults and ends every delay under way at once. */
  reset(): void;
}

/** Faults that wait for the calls they apply to, in the order in which they were asked for. */
export interface FaultQueue<Fault extends Counted> extends FaultList {
  /** Returns the id of the new fault. */
  add(fault: Fault): string;
  /** Returns the oldest fault that `applies` and uses it up once; `undefined` when there is none. */
  take(applies: (fault: Fault) => boolean): Fault | undefined;
  /**
   * Waits `ms` milliseconds, less when `until` aborts or the queue is reset. Never rejects.
   */
  delay(ms: number, until: AbortSignal): Promise<void>;
}

/**
 * @param target - what the faults are for; ids begin with it.
 * @returns an empty queue with its own delays; two queues never meet.
 */
export function createFaultQueue<Fault extends Counted>(target: string): FaultQueue<Fault> {
  let waiting: { readonly id: string; readonly fault: Fault; left: number }[] = [];
  let resets = new AbortController();
  let count = 0;
  return {
    add(fault) {
      count += 1;
      const id = `${target}-${count}`;
      waiting.push({ id, fault, left: fault.times });
      return id;
    },
    take(applies) {
      if (waiting.length === 0) return undefined;
      const found = waiting.find((entry) => applies(entry.fault));
      if (found === undefined) return undefined;
      found.left -= 1;
      waiting = waiting.filter((entry) => entry.left > 0);
      return found.fault;
    },
    list: () => waiting.map((entry) => ({ ...entry })),
    remove(id) {
      const before = waiting.length;
      waiting = waiting.filter((entry) => entry.id !== id);
      return waiting.length < before;
    },
    reset() {
      waiting = [];
      resets.abort();
      resets = new AbortController();
    },
    delay(ms, until) {
      const ended = AbortSignal.any([until, resets.signal]);
      const { promise, resolve } = Promise.withResolvers<void>();
      if (ended.aborted) {
        resolve();
        return promise;
      }
      const timer = setTimeout(resolve, ms);
      ended.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
      return promise;
    },
  };
}
