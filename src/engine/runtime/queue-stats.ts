import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";

/** Heads that are looked at, of each status. */
const MAX_HEADS = 1000;

/** What is left to do. */
export interface QueueStats {
  /** Executions that were accepted and have not begun, counted up to 1000. */
  readonly queued: number;
  /** Requests that wait for people, of up to 2000 executions. */
  readonly openRequests: number;
  /** How long the execution that is due longest has been due, in milliseconds. */
  readonly lagMs: number;
}

export async function readQueueStats(
  store: Pick<Store, "listHeads" | "nextDue">,
  clock: Clock,
): Promise<QueueStats> {
  const list = (status: "queued" | "waiting" | "running") =>
    store.listHeads({ status, limit: MAX_HEADS });
  const [queued, waiting, running, due] = await Promise.all([
    list("queued"),
    list("waiting"),
    list("running"),
    store.nextDue(clock.now()),
  ]);
  const open = [...waiting.records, ...running.records];
  return {
    queued: queued.records.length,
    openRequests: open.reduce((sum, { openRequests }) => sum + openRequests.length, 0),
    lagMs: due === null ? 0 : Math.max(clock.now() - due, 0),
  };
}
