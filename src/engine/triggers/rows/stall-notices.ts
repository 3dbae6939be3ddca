import { asAppError } from "../../../shared/errors.ts";
import type { StalledTrigger } from "../../api/triggers.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Store } from "../../ports/store.ts";
import type { EngineEvents } from "../../runtime/engine-events.ts";
import type { Workflows } from "../../workflows/workflows.ts";

export interface StallNoticesOptions {
  readonly store: Pick<Store, "dedupe" | "workflows">;
  readonly workflows: Pick<Workflows, "deployer">;
  readonly clock: Clock;
  readonly events: EngineEvents;
  readonly logger: Logger;
  /** The worker of this process. */
  readonly process: string;
}

/** One notice in this time for each trigger, in milliseconds. */
const PAUSE_MS = 60 * 60_000;

/** Says that a trigger finds no rows for a reason that does not pass by itself: once, in one of the processes. */
export class StallNotices {
  readonly #options: StallNoticesOptions;

  constructor(options: StallNoticesOptions) {
    this.#options = options;
  }

  /** @returns a function that removes the listener. */
  on(listener: (stalled: StalledTrigger) => void): () => void {
    const { store, workflows, clock, events, logger, process } = this.#options;
    return events.on("stalled", async ({ workflowId, triggerId, lacks, reason }) => {
      try {
        const now = clock.now();
        const own = `${process}:${now}`;
        const key = `stalled:${workflowId}:${triggerId}:${lacks}`;
        if ((await store.dedupe.claim(key, own, now, now + PAUSE_MS)) !== own) return;
        const record = await store.workflows.get(workflowId);
        if (record === null) return;
        const deployedBy = await workflows.deployer(workflowId, record.activeVersion);
        listener({ workflowId, triggerId, lacks, reason, deployedBy });
      } catch (error) {
        logger.warn({ workflowId, error: asAppError(error).message }, "a notice was not sent");
      }
    });
  }
}
