import { type AppError, asAppError } from "../../../shared/errors.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import type { Logger } from "../../ports/logger.ts";
import type { RowSubscription } from "../../ports/row-source.ts";
import type { ServiceRegistry } from "../../ports/service.ts";
import type { EngineEvents } from "../../runtime/engine-events.ts";
import type { ActiveTrigger } from "../trigger-registry.ts";
import { type DatabaseChangeConfig, originOf } from "../types/database-change.ts";

export interface RowWakeUpsOptions {
  readonly services: ServiceRegistry;
  readonly logger: Logger;
  readonly events: EngineEvents;
}

/** Notifications of a database for one trigger. They are no more than a wake-up: where they are lost, the next look finds the rows. */
export class RowWakeUps {
  readonly #options: RowWakeUpsOptions;
  readonly #trigger: ActiveTrigger;
  readonly #wake: () => void;
  #subscription: RowSubscription | null = null;
  /** A notification came, and no look has begun since. */
  isDue = false;
  /** There are none, or the trigger is gone. */
  #isOver = false;
  #isLost = false;

  constructor(options: RowWakeUpsOptions, trigger: ActiveTrigger, wake: () => void) {
    this.#options = options;
    this.#trigger = trigger;
    this.#wake = wake;
  }

  /** Listens, unless it does: before a look, so that the look finds what was written until then. Never rejects. */
  async begin(config: DatabaseChangeConfig): Promise<void> {
    const { connection, notify } = config;
    this.isDue = false;
    if (notify === undefined || this.#subscription !== null || this.#isOver) return;
    const rows = this.#options.services.get("database")?.rows;
    if (!rows) return;
    let isGone = false;
    try {
      const subscription = await rows.listen(
        { source: originOf(config), ...omitUndefined({ connection }) },
        notify,
        {
          notified: () => {
            if (this.isDue) return;
            this.isDue = true;
            this.#wake();
          },
          lost: () => {
            isGone = true;
            this.#subscription = null;
          },
        },
      );
      // The trigger may have gone meanwhile.
      if (this.#isOver) return await subscription.close();
      this.#subscription = isGone ? null : subscription;
      this.#isLost = false;
    } catch (error) {
      this.#report(asAppError(error));
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    const subscription = this.#subscription;
    this.#subscription = null;
    await subscription?.close();
  }

  #report({ message, retryable }: AppError): void {
    const { logger, events } = this.#options;
    const { workflowId, id: triggerId } = this.#trigger;
    if (!retryable) {
      this.#isOver = true;
      events.emit("stalled", { workflowId, triggerId, lacks: "notifications", reason: message });
    }
    if (this.#isLost) return;
    this.#isLost = true;
    logger.warn(
      { workflowId, trigger: triggerId, error: message },
      "a database does not notify of new rows; they are found by polling alone",
    );
  }
}
