import { asAppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Flood } from "../api/triggers.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Workflows } from "../workflows/workflows.ts";

export interface FloodNoticesOptions {
  readonly store: Pick<Store, "dedupe" | "workflows">;
  readonly workflows: Pick<Workflows, "deployer">;
  readonly clock: Clock;
  readonly events: EngineEvents;
  readonly logger: Logger;
  /** The worker of this process. */
  readonly process: string;
}

/** One notice in this time for each workflow, in milliseconds. */
const PAUSE_MS = 10 * 60_000;

/** Says that a workflow is not started for all events: not for each that is left out, and in one of the processes. */
export class FloodNotices {
  readonly #options: FloodNoticesOptions;
  /** When this process may look again whether a notice is due, by what it is of. */
  readonly #quietUntil = new Map<string, number>();

  constructor(options: FloodNoticesOptions) {
    this.#options = options;
  }

  /** @returns a function that removes the listener. */
  on(listener: (flood: Flood) => void): () => void {
    return this.#options.events.on("flooded", async ({ workflowId, kind, why, detail }) => {
      const { logger } = this.#options;
      try {
        if (!(await this.#isDue(why === "schema" ? `${workflowId}:schema` : workflowId))) return;
        const deployedBy = await this.#deployer(workflowId);
        listener({ workflowId, kind, why, deployedBy, ...omitUndefined({ detail }) });
      } catch (error) {
        logger.warn({ workflowId, error: asAppError(error).message }, "a notice was not sent");
      }
    });
  }

  /** @param about - what the notice is of. */
  async #isDue(about: string): Promise<boolean> {
    const { store, clock, process } = this.#options;
    const now = clock.now();
    if (now < (this.#quietUntil.get(about) ?? 0)) return false;
    const until = now + PAUSE_MS;
    this.#quietUntil.set(about, until);
    const own = `${process}:${now}`;
    return (await store.dedupe.claim(`flood:${about}`, own, now, until)) === own;
  }

  async #deployer(workflowId: string): Promise<string> {
    const { store, workflows } = this.#options;
    const record = await store.workflows.get(workflowId);
    return record === null ? "" : workflows.deployer(workflowId, record.activeVersion);
  }
}
