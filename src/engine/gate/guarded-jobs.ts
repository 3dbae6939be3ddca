import { AppError } from "../../shared/errors.ts";
import { toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { RemovalJob } from "../api/data.ts";
import type { BulkPreview, BulkRequest, BulkTarget, Job, Jobs } from "../api/jobs.ts";
import type { BulkJob, BulkJobs } from "../executions/bulk-jobs.ts";
import type { Executions } from "../executions/executions.ts";
import type { RemovalJobs } from "../executions/removal-jobs.ts";
import type { Gate } from "./gate.ts";
import { assertWholeIds } from "./whole-ids.ts";

export interface JobParts {
  readonly bulk: BulkJobs;
  readonly removals: RemovalJobs;
  readonly executions: Pick<Executions, "resolveId">;
}

/** Admins act on all executions, others on their own; each execution is checked again when its turn comes. */
export class GuardedJobs implements Jobs {
  readonly #gate: Gate;
  readonly #parts: JobParts;

  constructor(gate: Gate, parts: JobParts) {
    this.#gate = gate;
    this.#parts = parts;
  }

  async preview(request: BulkRequest): Promise<BulkPreview> {
    return this.#parts.bulk.preview(request.action, await this.#permitted(request));
  }

  async begin(request: BulkRequest): Promise<Job> {
    const { action, by } = request;
    const target = await this.#permitted(request);
    const job = await this.#parts.bulk.begin(action, target, by);
    await this.#gate.trail.write(by, {
      action: "bulk",
      ...omitUndefined({ workflowId: job.workflowId }),
      result: "done",
      detail: { job: job.id, asked: action, target: withoutValues(target) },
    });
    return toJob(job);
  }

  async list(reader: string): Promise<readonly Job[]> {
    const { bulk, removals } = this.#parts;
    const isAdmin = await this.#gate.access.isAdmin(reader);
    const jobs = [
      ...(await bulk.jobs.list()).map((job) => toJob(job)),
      ...(await removals.list()).map((job) => toRemoval(job)),
    ];
    const seen = jobs
      .filter(({ by }) => isAdmin || this.#isOf(by, reader))
      .toSorted((a, b) => b.at - a.at);
    return Promise.all(seen.map((job) => this.#withStop(job)));
  }

  async get(id: string, reader: string): Promise<Job> {
    const job = await this.#find(id);
    const isTheirs = job !== null && this.#isOf(job.by, reader);
    if (job === null || !(isTheirs || (await this.#gate.access.isAdmin(reader))))
      throw notFound(id);
    return this.#withStop(job);
  }

  /** While a job is under way, that it is to stop is kept beside it. */
  async #withStop(job: Job): Promise<Job> {
    if (job.endedAt !== null) return job;
    return { ...job, stopped: await this.#jobsOf(job).stopOf(job.id) };
  }

  #jobsOf({ kind }: Job): Pick<BulkJobs["jobs"], "askToStop" | "stopOf"> {
    const { bulk, removals } = this.#parts;
    return kind === "remove" ? removals.jobs : bulk.jobs;
  }

  async stop(id: string, by: string): Promise<Job> {
    const job = await this.get(id, by);
    if (job.endedAt !== null || job.stopped !== null) return job;
    const stopped = await this.#jobsOf(job).askToStop(id, by);
    await this.#gate.trail.write(by, {
      action: "bulk",
      ...omitUndefined({ workflowId: job.workflowId }),
      result: "done",
      detail: { job: id, asked: "stop" },
    });
    return { ...job, stopped };
  }

  async #find(id: string): Promise<Job | null> {
    const { bulk, removals } = this.#parts;
    const [job, removal] = await Promise.all([bulk.jobs.get(id), removals.jobs.get(id)]);
    if (job) return toJob(job);
    return removal ? toRemoval(removal) : null;
  }

  #isOf(by: string, reader: string): boolean {
    const { access } = this.#gate;
    return (access.personOf(by) ?? by) === (access.personOf(reader) ?? reader);
  }

  /** What is meant, as far as this person may act on it. @throws {AppError} `not_allowed`, `execution_not_found`. */
  async #permitted({ action, target, by }: BulkRequest): Promise<BulkTarget> {
    const { access } = this.#gate;
    const what = `${action} many runs`;
    if (action === "resume") await this.#gate.permitAdmin(by, { what });
    if (target.kind === "runs") {
      await assertWholeIds(this.#parts.executions, target.executionIds);
      return target;
    }
    if (await access.isAdmin(by)) return target;
    const person = access.personOf(by) ?? by;
    if ((target.startedBy ?? person) !== person)
      await this.#gate.permitAdmin(by, { what: `${action} the runs of others` });
    return { ...target, startedBy: person };
  }
}

/** Values of inputs may be confidential; the audit stays. */
function withoutValues(target: BulkTarget) {
  if (target.kind === "runs") return toJson({ runs: target.executionIds.length });
  const { inputs, ...rest } = target;
  return toJson({ ...rest, ...(inputs && { inputs: Object.keys(inputs) }) });
}

function toJob(job: BulkJob): Job {
  const { id, action, workflowId, by, at, total, done, left, endedAt, stopped = null } = job;
  return {
    ...{ id, kind: action, by, at, total, done, left, endedAt, stopped },
    ...omitUndefined({ workflowId }),
  };
}

function toRemoval(job: RemovalJob): Job {
  const { id, target, by, at, removed, kept, endedAt, stopped = null } = job;
  const { workflowId } = target.kind === "filter" ? target : {};
  return {
    ...{ id, kind: "remove", by, at, total: null, done: removed, endedAt, stopped },
    left: kept === 0 ? [] : [{ code: "execution_under_way", count: kept, examples: [] }],
    ...omitUndefined({ workflowId }),
  };
}

function notFound(id: string): AppError {
  return new AppError({
    code: "job_not_found",
    message: `There is no job "${id.slice(0, 80)}" that you can see. Jobs can be read for 30 days after their end.`,
  });
}
