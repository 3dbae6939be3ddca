import fc from "fast-check";
import { calibrate, threadMs } from "../thread-time.ts";

/** An input that keeps the event loop longer is named in the figures; milliseconds of the reference processor ({@link calibrate}). */
const REPORTED_MS = 200;
/** What takes so long is a failure even on a machine whose processors have other things to do. */
const FAILED_MS = 2000;
const TICK_MS = 5;

const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype];

/**
 * Watches the process while inputs are tried: promises that were rejected and awaited by no one, prototypes that were changed, and how
 * long the thread worked without a turn of the event loop. It counts the thread's own work, not the time, so that what other programs do
 * is not counted.
 */
export class Watch implements Disposable {
  readonly #unit = calibrate();
  readonly #members = membersOfPrototypes();
  readonly #failures: unknown[] = [];
  readonly #timer = setInterval(() => this.#mark(), TICK_MS);
  readonly #fail = (error: unknown): void => void this.#failures.push(error);
  #lastMs = threadMs();
  #input: unknown = undefined;
  #slowest: { readonly ms: number; readonly input: string } = { ms: 0, input: "" };

  constructor() {
    process.on("unhandledRejection", this.#fail);
    process.on("uncaughtExceptionMonitor", this.#fail);
  }

  /** @throws what `attempt` throws, and an error for what happened besides. */
  async over(input: unknown, attempt: () => Promise<void> | void): Promise<void> {
    this.#mark();
    this.#input = input;
    await attempt();
    this.#mark();
    // Promises that were rejected meanwhile are reported before the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    this.#assertSound();
  }

  /** In words, for the figures of a run. */
  slowest(): string {
    const { ms, input } = this.#slowest;
    const what = ms > REPORTED_MS ? ` by ${input}` : "";
    return `the event loop was kept for ${Math.round(ms)} ms at most${what}`;
  }

  #mark(): void {
    const now = threadMs();
    const ms = (now - this.#lastMs) / this.#unit;
    this.#lastMs = now;
    if (ms <= this.#slowest.ms) return;
    this.#slowest = { ms, input: ms > REPORTED_MS ? shown(this.#input) : "" };
    if (ms > FAILED_MS)
      this.#failures.push(new Error(`The event loop was kept for ${Math.round(ms)} ms.`));
  }

  #assertSound(): void {
    const [failure] = this.#failures.splice(0);
    if (failure !== undefined)
      throw new Error(`Not caught: ${describe(failure)}`, { cause: failure });
    const members = membersOfPrototypes();
    if (members !== this.#members) throw new Error(`A prototype was changed: ${members}`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    process.off("unhandledRejection", this.#fail);
    process.off("uncaughtExceptionMonitor", this.#fail);
  }
}

function describe(failure: unknown): string {
  return failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
}

function shown(input: unknown): string {
  const text = fc.stringify(input);
  return text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length} characters)` : text;
}

function membersOfPrototypes(): string {
  return PROTOTYPES.map((one) => Object.getOwnPropertyNames(one).toSorted().join()).join(";");
}
