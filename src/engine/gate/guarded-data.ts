import { AppError, isAppError } from "../../shared/errors.ts";
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
    await this.#assertThere(target);
    return this.#parts.removals.preview(target);
  }

  async remove(target: RemovalTarget, by: string): Promise<RemovalJob> {
    await this.#gate.permitAdmin(by, { what: "remove runs" });
    await this.#assertThere(target);
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

  /** Says of one that was removed before when and by whom. @throws {AppError} `execution_not_found`. */
  async #assertThere(target: RemovalTarget): Promise<void> {
    if (target.kind !== "runs") return;
    for (const id of target.executionIds) {
      const found = await this.#find(id);
      // What begins an id may stand for a run when it is read, not when it is removed.
      if (found === id) continue;
      throw new AppError({
        code: "execution_not_found",
        message: `There is no run "${id}". Name runs that are to be removed by their whole ids.`,
      });
    }
  }

  async #find(id: string): Promise<string | null> {
    try {
      return await this.#parts.executions.resolveId(id);
    } catch (error) {
      if (isAppError(error, "execution_ambiguous")) return null;
      throw error;
    }
  }

  retentionOf(workflowId: string): Promise<RetentionView> {
    return this.#parts.retention.of(workflowId);
  }
}
