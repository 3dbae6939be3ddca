import { asAppError } from "../../shared/errors.ts";
import { isFinished } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "./engine-events.ts";

export interface LineCheckOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EngineEvents;
  /** The worker of this process: of several, one checks. */
  readonly process: string;
}

const CHECK_MS = 30_000;
/** Lines that one check reads; the next one continues behind them. */
const MAX_LINES = 200;
const LEASE_KEY = "line-check";

/**
 * Finds executions that wait for a slot although there is one. A process may die after it took a slot and before that was committed; if
 * the execution is then cancelled, it knows of no slot to free, and nothing wakes those behind it. So what an execution that is over, or
 * removed, has in a line is taken from it, and who has been first for a whole interval is called to look again.
 */
export class LineCheck {
  readonly #options: LineCheckOptions;
  #cancelTimer: (() => void) | null = null;
  #checking: Promise<void> | null = null;
  #running = false;
  #after = "";
  /** What the round before found: records lag behind, so only what is found twice counts. */
  #before: ReadonlySet<string> = new Set();
  #found = new Set<string>();

  constructor(options: LineCheckOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = true;
    this.#plan();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer?.();
    await this.#checking;
  }

  #plan(): void {
    this.#cancelTimer = this.#options.clock.after(CHECK_MS, () => {
      this.#checking = this.#check()
        .catch((error: unknown) => {
          const { message } = asAppError(error);
          this.#options.logger.debug({ error: message }, "could not check who waits for a slot");
        })
        .finally(() => {
          if (this.#running) this.#plan();
        });
    });
  }

  async #check(): Promise<void> {
    const { store, clock, process } = this.#options;
    const now = clock.now();
    // It ends before the next check of this process, which takes it again unless another one was faster.
    const holder = await store.dedupe.claim(LEASE_KEY, process, now, now + CHECK_MS / 2);
    if (holder !== process) return;
    const lines = await store.slots.listLines({ after: this.#after, limit: MAX_LINES });
    for (const line of lines) {
      if (!this.#running) return;
      await this.#checkLine(line);
    }
    this.#after = lines.length < MAX_LINES ? "" : (lines.at(-1) ?? "");
    if (this.#after !== "") return;
    this.#before = this.#found;
    this.#found = new Set();
  }

  async #checkLine(line: string): Promise<void> {
    const { store, events } = this.#options;
    const isOld = (what: string): boolean => {
      this.#found.add(`${line} ${what}`);
      return this.#before.has(`${line} ${what}`);
    };
    for (const { slot, executionId } of await store.slots.list(line)) {
      if (!(await this.#isOver(executionId)) || !isOld(`slot ${slot} ${executionId}`)) continue;
      await store.slots.free(line, slot, executionId);
      this.#log(line, executionId, "freed the slot of an execution that is over");
    }
    const [first] = await store.slots.peek(line, 1);
    if (first === undefined || !isOld(`first ${first}`)) return;
    if (await this.#isOver(first)) {
      await store.slots.dequeue(line, first);
      this.#log(line, first, "took an execution that is over out of a line");
      const [next] = await store.slots.peek(line, 1);
      if (next !== undefined) events.emit("wake", { executionId: next });
    } else events.emit("wake", { executionId: first });
  }

  /** Over with nothing left to be published of its end, or removed. */
  async #isOver(executionId: string): Promise<boolean> {
    const record = await this.#options.store.executions.get(executionId);
    return record === null || (isFinished(record.status) && record.due === null);
  }

  #log(line: string, executionId: string, what: string): void {
    this.#options.logger.warn({ line, executionId }, what);
  }
}
