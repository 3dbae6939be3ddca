import type { Flood } from "../api/triggers.ts";
import { type NoticesOptions, notifyOnce } from "./notices.ts";

/** One notice in this time for each workflow, in milliseconds. */
const PAUSE_MS = 10 * 60_000;

/** Says that a workflow is not started for all events: not for each that is left out, and in one of the processes. */
export class FloodNotices {
  readonly #options: NoticesOptions;
  /** When this process may look again whether a notice is due, by what it is about: a flood must not ask the store each time. */
  readonly #quietUntil = new Map<string, number>();

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** @returns a function that removes the listener. */
  on(listener: (flood: Flood) => void): () => void {
    const { clock, events } = this.#options;
    return events.on("flooded", async (flood) => {
      const { workflowId, why } = flood;
      const subject = why === "schema" ? `${workflowId}:schema` : workflowId;
      const now = clock.now();
      if (now < (this.#quietUntil.get(subject) ?? 0)) return;
      this.#quietUntil.set(subject, now + PAUSE_MS);
      const notice = { key: `flood:${subject}`, workflowId, pauseMs: PAUSE_MS };
      await notifyOnce(this.#options, notice, (deployedBy) => listener({ ...flood, deployedBy }));
    });
  }
}
