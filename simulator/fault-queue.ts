/** Says that a fault was asked for that does not exist or makes no sense; the message names the field. */
export class FaultRefused extends Error {
  override readonly name = "FaultRefused";
}

/** The least that is known of a fault: how many calls it still applies to (at least 1). */
export interface Counted {
  readonly times: number;
}

/** Faults that wait for the calls they apply to, in the order in which they were asked for. */
export interface FaultQueue<Fault extends Counted> {
  add(fault: Fault): void;
  /** Returns the oldest fault that `applies` and uses it up once; `undefined` when there is none. */
  take(applies: (fault: Fault) => boolean): Fault | undefined;
  /** Forgets all faults and ends every delay under way at once. */
  reset(): void;
  /**
   * Waits `ms` milliseconds, less when `until` aborts or the queue is reset. Never rejects.
   */
  delay(ms: number, until: AbortSignal): Promise<void>;
}

/** @returns an empty queue with its own delays; two queues never meet. */
export function createFaultQueue<Fault extends Counted>(): FaultQueue<Fault> {
  let waiting: { readonly fault: Fault; left: number }[] = [];
  let resets = new AbortController();
  return {
    add(fault) {
      waiting.push({ fault, left: fault.times });
    },
    take(applies) {
      const found = waiting.find((entry) => applies(entry.fault));
      if (found === undefined) return undefined;
      found.left -= 1;
      waiting = waiting.filter((entry) => entry.left > 0);
      return found.fault;
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
