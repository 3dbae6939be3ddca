import { toJson } from "../../shared/json.ts";
import type {
  Data,
  RemovalJob,
  RemovalPreview,
  RemovalTarget,
  Retention as RetentionView,
} from "../api/data.ts";
import type { Executions } from "../executions/executions.ts";
import type { RemovalJobs } from "../executions/removal-jobs.ts";
import type { Retention } from "../executions/retention.ts";
import type { Gate } from "./gate.ts";
import { assertWholeIds } from "./whole-ids.ts";

export interface DataParts {
  readonly removals: RemovalJobs;
  readonly retention: Retention;
  readonly executions: Pick<Executions, "resolveId">;
}

/** Removing for good is for admins alone: it cannot be undone. */
export class GuardedData implements Data {
  readonly #gate: Gate;
  readonly #parts: DataParts;

  constructor(gate: Gate, parts: DataParts) {
    this.#gate = gate;
    this.#parts = parts;
  }

  async preview(target: RemovalTarget, by: string): Promise<RemovalPreview> {
    await this.#gate.permitAdmin(by, { what: "remove runs" });
    if (target.kind === "runs") await assertWholeIds(this.#parts.executions, target.executionIds);
    return this.#parts.removals.preview(target);
  }

  async remove(target: RemovalTarget, by: string): Promise<RemovalJob> {
    await this.#gate.permitAdmin(by, { what: "remove runs" });
    if (target.kind === "runs") await assertWholeIds(this.#parts.executions, target.executionIds);
    const job = await this.#parts.removals.begin(target, by);
    const { workflowId } = target.kind === "filter" ? target : {};
    await this.#gate.trail.write(by, {
      action: "remove",
      ...(workflowId !== undefined && { workflowId }),
      result: "done",
      detail: { job: job.id, target: toJson(job.target) },
    });
    return job;
  }

  async listRemovals(by: string): Promise<readonly RemovalJob[]> {
    await this.#gate.permitAdmin(by, { what: "see removals" });
    return this.#parts.removals.list();
  }

  retentionOf(workflowId: string): Promise<RetentionView> {
    return this.#parts.retention.of(workflowId);
  }
}
