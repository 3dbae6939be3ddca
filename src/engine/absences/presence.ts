import { asAppError } from "../../shared/errors.ts";
import { readNumber } from "../../shared/json.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { KeyValueStore } from "../ports/store.ts";

export interface PresenceOptions {
  readonly store: { readonly kv: KeyValueStore };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** When some process was last there: one mark for all of them, which outlives them. */
const MARK = "presence";

/** How old the mark may become, in milliseconds. */
const MARK_MS = 30_000;

/** Keeps the mark by which a later start knows how long no process was there. */
export class Presence {
  readonly #options: PresenceOptions;
  #markedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** @returns when some process was last there; `null`: never. @throws {AppError} `store_unavailable`. */
  async last(): Promise<number | null> {
    return readNumber(await this.#options.store.kv.get(MARK), "at");
  }

  /** To be called regularly: sets the mark if it is due. Never rejects. */
  async keep(): Promise<void> {
    if (this.#options.clock.now() - this.#markedAt >= MARK_MS) await this.mark();
  }

  /** Sets the mark. Never rejects. */
  async mark(): Promise<void> {
    const { store, clock, logger } = this.#options;
    const at = clock.now();
    try {
      await store.kv.set(MARK, { at });
      this.#markedAt = at;
    } catch (error) {
      logger.debug({ error: asAppError(error).message }, "the mark of presence was not set");
    }
  }
}
