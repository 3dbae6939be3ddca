import type { QueueStats } from "../api/costs.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";

/** Heads that are looked at, of each status. */
const MAX_HEADS = 1000;

export async function readQueueStats(
  store: Pick<Store, "executions" | "leases">,
  clock: Clock,
): Promise<QueueStats> {
  const list = (status: "queued" | "waiting" | "running") =>
    store.executions.list({ status, limit: MAX_HEADS });
  const [queued, waiting, running, due] = await Promise.all([
    list("queued"),
    list("waiting"),
    list("running"),
    store.leases.nextDue(clock.now()),
  ]);
  const open = [...waiting.records, ...running.records];
  return {
    queued: queued.records.length,
    openRequests: open.reduce((sum, { openRequests }) => sum + openRequests.length, 0),
    lagMs: due === null ? 0 : Math.max(clock.now() - due, 0),
  };
}
