import type { StalledTrigger } from "../../api/triggers.ts";
import { type NoticesOptions, notifyOnce } from "../notices.ts";

/** One notice in this time for each trigger, in milliseconds. */
const PAUSE_MS = 60 * 60_000;

/** Says that a trigger finds no rows for a reason that does not pass by itself: once, in one of the processes. */
export class StallNotices {
  readonly #options: NoticesOptions;

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** @returns a function that removes the listener. */
  on(listener: (stalled: StalledTrigger) => void): () => void {
    return this.#options.events.on("stalled", async (stalled) => {
      const { workflowId, triggerId, lacks } = stalled;
      const key = `stalled:${workflowId}:${triggerId}:${lacks}`;
      await notifyOnce(this.#options, { key, workflowId, pauseMs: PAUSE_MS }, (deployedBy) => {
        // What is gone has no trigger that stands still.
        if (deployedBy !== "") listener({ ...stalled, deployedBy });
      });
    });
  }
}
