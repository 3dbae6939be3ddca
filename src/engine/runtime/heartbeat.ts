import { asAppError } from "../../shared/errors.ts";
import { DEAD_AFTER_MS, HEARTBEAT_MS } from "../model/lease.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { ProcessRecord, Store } from "../ports/store.ts";
import type { EngineEvents } from "./engine-events.ts";

export interface HeartbeatOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The worker's id. */
  readonly id: string;
  /** For people: where this process runs. */
  readonly name: string;
  readonly events: EngineEvents;
  /**
   * Called with what the operator has to do when a newer version of the bot has brought the data into another form: this process has
   * to end before it writes the old one. @default it is not reported
   */
  readonly onOutdated?: (remedy: string) => void;
  /** What else is done as regularly. Never rejects. */
  readonly onBeat: () => Promise<void>;
}

/** Records regularly that this process is alive, and detects other processes that died: `processDied`. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #startedAt: number;
  #cancelTimer: (() => void) | null = null;
  #inProgress: Promise<void> | null = null;
  #running = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Never rejects: a heartbeat that fails is followed by the next. */
  async start(): Promise<void> {
    this.#running = true;
    await this.#heartbeat();
  }

  /** Removes the record of this process, so that the others do not take its end for a death. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer?.();
    await this.#inProgress;
    const { store, logger, id } = this.#options;
    try {
      const own = (await store.processes.list()).find((known) => known.id === id);
      if (own) await store.processes.remove(own);
    } catch (error) {
      const { message } = asAppError(error);
      logger.debug({ process: id, error: message }, "could not remove the record of this process");
    }
  }

  async #heartbeat(): Promise<void> {
    this.#inProgress = Promise.all([this.#record(), this.#options.onBeat()]).then(() => undefined);
    await this.#inProgress;
    if (this.#running) {
      this.#cancelTimer = this.#options.clock.after(HEARTBEAT_MS, () => void this.#heartbeat());
    }
  }

  async #record(): Promise<void> {
    const { store, clock, logger, id, name, onOutdated } = this.#options;
    try {
      const remedy = await store.readUpgrade();
      if (remedy !== null) onOutdated?.(remedy);
      const now = clock.now();
      await store.processes.save({ id, name, startedAt: this.#startedAt, seenAt: now });
      for (const known of await store.processes.list()) {
        if (known.id !== id && known.seenAt < now - DEAD_AFTER_MS) await this.#removeDead(known);
      }
    } catch (error) {
      logger.debug(
        { process: id, error: asAppError(error).message },
        "the heartbeat failed; retrying",
      );
    }
  }

  /** Only one of the other processes removes the record, and so reports the death. */
  async #removeDead(dead: ProcessRecord): Promise<void> {
    const { store, logger, events } = this.#options;
    if (!(await store.processes.remove(dead))) return;
    logger.warn({ process: dead.name }, "another process died; taking over its work");
    events.emit("processDied", null);
  }
}
