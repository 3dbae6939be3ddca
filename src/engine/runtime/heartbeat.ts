import { asAppError } from "../../shared/errors.ts";
import { LEASE_MS } from "../model/lease.ts";
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
}

const BEAT_MS = 10_000;
/** A process is dead when its leases are over and the clocks of two machines may differ by some seconds. */
const DEAD_MS = LEASE_MS + 15_000;

/** Says from time to time that this process is alive, and notices when another one is not any more. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #startedAt: number;
  #cancelTimer: (() => void) | null = null;
  #beating: Promise<void> | null = null;
  #running = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Never rejects: a beat that fails is followed by the next. */
  async start(): Promise<void> {
    this.#running = true;
    await this.#heartbeat();
  }

  /** Takes leave, so that nobody takes this for a death. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer?.();
    await this.#beating;
    const { store, logger } = this.#options;
    try {
      const { id } = this.#options;
      const own = (await store.processes.list()).find((known) => known.id === id);
      if (own) await store.processes.remove(own);
    } catch (error) {
      logger.debug({ error: asAppError(error).message }, "the process could not take leave");
    }
  }

  async #heartbeat(): Promise<void> {
    this.#beating = this.#sayAndLook();
    await this.#beating;
    if (this.#running) {
      this.#cancelTimer = this.#options.clock.after(BEAT_MS, () => void this.#heartbeat());
    }
  }

  async #sayAndLook(): Promise<void> {
    const { store, clock, logger, id, name } = this.#options;
    try {
      const remedy = await store.readUpgrade();
      if (remedy !== null) this.#options.onOutdated?.(remedy);
      const now = clock.now();
      await store.processes.save({ id, name, startedAt: this.#startedAt, seenAt: now });
      for (const known of await store.processes.list()) {
        if (known.id !== id && known.seenAt < now - DEAD_MS) await this.#removeDead(known);
      }
    } catch (error) {
      logger.debug({ error: asAppError(error).message }, "the processes could not be looked at");
    }
  }

  async #removeDead(dead: ProcessRecord): Promise<void> {
    const { store, logger, events } = this.#options;
    if (!(await store.processes.remove(dead))) return;
    logger.warn({ process: dead.name }, "another process died; looking for what it left");
    void events.emit("processDied", null);
  }
}
