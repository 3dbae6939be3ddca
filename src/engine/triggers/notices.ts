import { asAppError } from "../../shared/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Workflows } from "../workflows/workflows.ts";

/** What notices about triggers need. */
export interface NoticesOptions {
  readonly store: Pick<Store, "dedupe" | "workflows">;
  readonly workflows: Pick<Workflows, "deployer">;
  readonly clock: Clock;
  readonly events: EngineEvents;
  readonly logger: Logger;
  /** The worker of this process. */
  readonly process: string;
}

/**
 * Gives a notice about a workflow unless one under this key was given within the time before, by this or another process. Never rejects:
 * what goes wrong is logged.
 *
 * @param pauseMs - the time, in milliseconds. @param notify - called with who deployed the active version; empty: the workflow is gone.
 */
export async function notifyOnce(
  { store, workflows, clock, logger, process }: NoticesOptions,
  {
    key,
    workflowId,
    pauseMs,
  }: { readonly key: string; readonly workflowId: string; readonly pauseMs: number },
  notify: (deployedBy: string) => void,
): Promise<void> {
  try {
    const now = clock.now();
    const own = `${process}:${now}`;
    if ((await store.dedupe.claim(key, own, now, now + pauseMs)) !== own) return;
    const record = await store.workflows.get(workflowId);
    notify(record === null ? "" : await workflows.deployer(workflowId, record.activeVersion));
  } catch (error) {
    logger.warn({ workflowId, error: asAppError(error).message }, "a notice was not sent");
  }
}
