import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { BulkJobs } from "../executions/bulk-jobs.ts";
import type { Executions } from "../executions/executions.ts";
import { Families } from "../executions/families.ts";
import type { Pauses } from "../executions/pauses.ts";
import { RemovalJobs } from "../executions/removal-jobs.ts";
import { Retention } from "../executions/retention.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { Workflows } from "../workflows/workflows.ts";
import { actOnOne } from "./act-on-one.ts";
import type { GuardedExecutions } from "./guarded-executions.ts";
import { recordBulk, recordRemoval } from "./record-jobs.ts";

export interface ConnectedJobsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly trail: AuditTrail;
  readonly workflows: Pick<Workflows, "get">;
  readonly executions: Pick<Executions, "list">;
  readonly pauses: Pick<Pauses, "isPausedAlone">;
  readonly guarded: GuardedExecutions;
  /** The worker of this process. */
  readonly process: string;
  /** Milliseconds after their end that runs are kept whose workflow says nothing of it. @default for ever */
  readonly retentionMs?: number;
}

/** What acts on many executions in the background, and removes them. */
export interface ConnectedJobs {
  readonly bulk: BulkJobs;
  readonly removals: RemovalJobs;
  readonly retention: Retention;
  start(): void;
  /** Waits for the step under way of each. */
  stop(): Promise<void>;
}

/** Lets people act on many executions and remove them, and removes those whose time is over; what came of it is recorded. */
export function connectJobs(options: ConnectedJobsOptions): ConnectedJobs {
  const { trail, executions, pauses, guarded, retentionMs } = options;
  const shared = { ...options, families: new Families(options) };
  const bulk = new BulkJobs({
    ...shared,
    list: (query) => executions.list(query),
    isPaused: (executionId) => pauses.isPausedAlone(executionId),
    onDone: recordBulk(trail),
  });
  const removals = new RemovalJobs({ ...shared, onDone: recordRemoval(trail) });
  const retention = new Retention({
    ...shared,
    ...omitUndefined({ defaultMs: retentionMs }),
    onRemoved: (workflowId, removed, endedBefore) =>
      trail.write("engine", {
        action: "remove",
        workflowId,
        result: "done",
        detail: { reason: "retention", removed, endedBefore },
      }),
  });
  return {
    ...{ bulk, removals, retention },
    start: () => {
      bulk.start(actOnOne(guarded));
      removals.jobs.start();
      retention.start();
    },
    stop: async () => {
      await Promise.all([bulk.jobs.stop(), removals.jobs.stop(), retention.stop()]);
    },
  };
}
