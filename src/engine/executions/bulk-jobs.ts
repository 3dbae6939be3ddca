import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { toJson } from "../../shared/json.ts";
import { nextTurn } from "../../shared/next-turn.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eachPage } from "../../shared/pages.ts";
import type { ExecutionPage, ExecutionQuery, ExecutionSummary } from "../api/executions.ts";
import type { BulkAction, BulkFilter, BulkPreview, BulkTarget, LeftOut } from "../api/jobs.ts";
import { readSurface } from "../model/actor.ts";
import { type ExecutionStatus, isFinished } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { actFrom, sentFrom } from "../ports/surface.ts";
import { assertFewIds, BackgroundJobs, type JobStep, Stop } from "./background-jobs.ts";

/** What is done with one execution. Doing it again with the same key is harmless. */
export type ActOnOne = (
  action: BulkAction,
  executionId: string,
  request: { readonly by: string; readonly key: string },
) => Promise<"done" | "not_paused">;

export interface BulkJobsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly list: (query: ExecutionQuery) => Promise<ExecutionPage>;
  /** Whether an execution was paused by itself. */
  readonly isPaused: (executionId: string) => boolean;
  /** The worker of this process. */
  readonly process: string;
  /** Called when a job is over. */
  readonly onDone: (job: BulkJob) => Promise<void>;
}

/** A job as it is stored. The executions that it takes are stored apart. */
export type BulkJob = z.output<typeof StoredJob>;

const JOBS = "bulk-job:";
const RUNS = "bulk-runs:";
/** Ids that are stored together. */
const CHUNK = 500;
/** Executions that one job takes. */
const MAX_RUNS = 100_000;
/** Executions that a preview counts. */
const MAX_COUNTED = 10_000;
const PAGE = 200;
const EXAMPLES = 5;
/** Executions that are acted on before another job has its turn. */
const SLICE = 25;
const LOOK_MS = 15_000;
const REST_FACTOR = 1;
/** Work that waits longer than this in the queue is late: the job waits, at most so many times. */
const LATE_MS = 1000;
const MAX_WAITS = 60;
const WAIT_MS = 500;

const STATUS = z.enum(["queued", "running", "waiting", "completed", "failed", "cancelled"]);
const Named = z.record(z.string(), z.string());
const StoredFilter = z.object({
  workflowId: z.string().exactOptional(),
  status: STATUS.exactOptional(),
  statuses: z.array(STATUS).exactOptional(),
  version: z.number().exactOptional(),
  startedBy: z.string().exactOptional(),
  startedFrom: z.number().exactOptional(),
  startedBefore: z.number().exactOptional(),
  endedFrom: z.number().exactOptional(),
  endedBefore: z.number().exactOptional(),
  inputs: Named.exactOptional(),
  labels: Named.exactOptional(),
});

const StoredJob = z.object({
  id: z.string(),
  action: z.enum(["cancel", "retry", "resume"]),
  by: z.string(),
  at: z.number(),
  /** From where they asked, if their id does not say so. */
  surface: z.string().exactOptional(),
  workflowId: z.string().exactOptional(),
  /** What is to be looked for; `null`: it was. Values of inputs are not kept any longer than that. */
  filter: StoredFilter.nullable(),
  total: z.number().nullable(),
  /** How many of them had their turn. */
  next: z.number(),
  done: z.number(),
  left: z.array(
    z.object({
      code: z.string(),
      count: z.number(),
      examples: z.array(z.object({ executionId: z.string(), message: z.string() })),
    }),
  ),
  endedAt: z.number().nullable(),
  stopped: Stop.exactOptional(),
});

/** Cancels, retries and resumes many executions, the oldest first. */
export class BulkJobs {
  readonly #options: BulkJobsOptions;
  readonly jobs: BackgroundJobs<BulkJob>;
  #act: ActOnOne = () => Promise.reject(new Error("It was not started."));

  constructor(options: BulkJobsOptions) {
    this.#options = options;
    this.jobs = new BackgroundJobs({
      ...options,
      prefix: JOBS,
      schema: StoredJob,
      // Jobs have nothing to do with each other: what one process began does not wait for another.
      leaseOf: (job) => `bulk:${job?.id ?? ""}`,
      lookMs: LOOK_MS,
      restFactor: REST_FACTOR,
      work: (job) => (job.total === null ? this.#collect(job) : this.#continue(job)),
      onForgotten: (id) => this.#forgetRuns(id),
      failure: "could not continue a job with many runs; retrying",
    });
  }

  /** @param act - what is done with one execution. */
  start(act: ActOnOne): void {
    this.#act = act;
    this.jobs.start();
  }

  /** @throws {AppError} `input_invalid`, `workflow_not_found`. */
  async preview(action: BulkAction, target: BulkTarget): Promise<BulkPreview> {
    if (target.kind === "runs") {
      assertFewIds(target.executionIds);
      return { runs: new Set(target.executionIds).size, isMore: false };
    }
    const { kind: _kind, ...filter } = target;
    const found = await this.#find({ action, filter, limit: MAX_COUNTED });
    return { runs: found.size, isMore: found.size >= MAX_COUNTED };
  }

  /** Durable when it resolves. @throws {AppError} `input_invalid`, `workflow_not_found`. */
  async begin(action: BulkAction, target: BulkTarget, by: string): Promise<BulkJob> {
    const { clock, list } = this.#options;
    const at = clock.now();
    const id = `job_${randomBytes(8).toString("hex")}`;
    const job = { id, action, by, at, ...sentFrom(by), next: 0, done: 0, left: [], endedAt: null };
    if (target.kind === "runs") {
      assertFewIds(target.executionIds);
      const ids = [...new Set(target.executionIds)];
      await this.#saveRuns(id, ids);
      return this.#begun({ ...job, filter: null, total: ids.length });
    }
    const { kind: _kind, ...given } = target;
    statusesOf(action, given);
    // What cannot be looked for is refused now and not later.
    await list({ ...given, limit: 1, isBounded: true });
    // What starts later was not meant.
    const startedBefore = Math.min(given.startedBefore ?? Number.POSITIVE_INFINITY, at + 1);
    const filter = StoredFilter.parse({ ...given, startedBefore });
    const { workflowId } = given;
    return this.#begun({ ...job, filter, total: null, ...omitUndefined({ workflowId }) });
  }

  async #begun(job: BulkJob): Promise<BulkJob> {
    await this.jobs.begin(job);
    return job;
  }

  /** Notes which executions the job takes: those that fit now, the oldest first. */
  async #collect(job: BulkJob): Promise<JobStep> {
    const found = await this.#find({
      action: job.action,
      filter: job.filter ?? {},
      limit: MAX_RUNS,
      isHeld: () => this.jobs.holds(job),
    });
    if (!(await this.jobs.holds(job))) return "broken";
    // The oldest first: they continue in the order in which they began.
    const ids = [...found].toSorted(([, a], [, b]) => a.localeCompare(b)).map(([id]) => id);
    await this.#saveRuns(job.id, ids);
    await this.jobs.save({ ...job, filter: null, total: ids.length });
    return "more";
  }

  /** @returns when each execution that fits was started, by its id. */
  async #find({ action, filter, limit, isHeld }: Search): Promise<ReadonlyMap<string, string>> {
    const { status: _status, statuses: _statuses, ...rest } = filter;
    const found = new Map<string, string>();
    for (let before = -1; before < found.size && found.size < limit; ) {
      before = found.size;
      for (const status of statusesOf(action, filter)) {
        const pages = eachPage((cursor) =>
          this.#options.list({
            ...{ ...rest, status, isBounded: true, limit: PAGE },
            ...omitUndefined({ cursor }),
          }),
        );
        for await (const { executions } of pages) {
          for (const run of executions) if (this.#isMeant(action, run)) add(found, run, limit);
          if (found.size >= limit || (isHeld && !(await isHeld()))) return found;
          await nextTurn();
        }
      }
      // What is under way may have gone from one status to another meanwhile: then it is found by looking once more.
      if (action === "retry") return found;
    }
    return found;
  }

  #isMeant(action: BulkAction, { executionId }: ExecutionSummary): boolean {
    return action !== "resume" || this.#options.isPaused(executionId);
  }

  async #continue(job: BulkJob): Promise<JobStep> {
    const { total, next, id } = job;
    const stopped = await this.jobs.stopOf(id);
    if (stopped) return this.#end({ ...job, stopped });
    if (next >= (total ?? 0)) return this.#end(job);
    const upTo = Math.min(next + SLICE, total ?? 0, (Math.floor(next / CHUNK) + 1) * CHUNK);
    const ids = (await this.#readRuns(id, next)).slice(next % CHUNK, ((upTo - 1) % CHUNK) + 1);
    let current = job;
    for (const executionId of ids) {
      if (!(await this.jobs.holds(job))) return "broken";
      if (await this.jobs.stopOf(id)) return "more";
      const one = current;
      const came = await this.jobs.rested(() => this.#actOn(one, executionId));
      if (came === null) return "broken";
      // After each: so a crash has one run asked twice at most, and that is harmless.
      current = { ...came, next: current.next + 1 };
      await this.jobs.save(current);
    }
    await this.#untilThereIsRoom(job);
    return "more";
  }

  /** @returns the job with what came of it; `null`: it cannot be done for the moment. */
  async #actOn(job: BulkJob, executionId: string): Promise<BulkJob | null> {
    const { id, action, by } = job;
    try {
      const came = await actFrom(readSurface(job.surface), () =>
        this.#act(action, executionId, { by, key: id }),
      );
      if (came === "done") return { ...job, done: job.done + 1 };
      const message = "It was not paused by itself.";
      return { ...job, left: withLeft(job.left, came, { executionId, message }) };
    } catch (error) {
      const { code, message } = asAppError(error);
      if (AWAY.has(code)) {
        this.#options.logger.warn({ job: id, error: message }, "a job waits; retrying");
        return null;
      }
      if (!isAppError(error))
        this.#options.logger.error({ job: id, executionId, err: error }, "a job left a run out");
      return { ...job, left: withLeft(job.left, code, { executionId, message }) };
    }
  }

  async #end(job: BulkJob): Promise<JobStep> {
    const { clock, logger, onDone } = this.#options;
    const ended = { ...job, endedAt: clock.now() };
    // First, so that a crash in between records it twice and not never.
    await actFrom(readSurface(job.surface), () => onDone(ended));
    await this.jobs.save(ended);
    await this.#forgetRuns(job.id);
    const { id, action, by, done, total } = ended;
    logger.info({ job: id, action, by, done, total }, "a job with many runs is over");
    return "done";
  }

  /** Runs that are due go before: a job that adds to them waits until they are not late. */
  async #untilThereIsRoom(job: BulkJob): Promise<void> {
    const { store, clock } = this.#options;
    for (let waits = 0; waits < MAX_WAITS; waits += 1) {
      const due = await store.leases.nextDue(clock.now());
      if (due === null || clock.now() - due < LATE_MS) return;
      if (!(await this.jobs.holds(job))) return;
      await this.jobs.rest(WAIT_MS);
    }
  }

  async #saveRuns(id: string, ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += CHUNK)
      await this.#options.store.kv.set(chunkKey(id, from), toJson(ids.slice(from, from + CHUNK)));
  }

  /** The executions of the chunk in which this one is. */
  async #readRuns(id: string, next: number): Promise<readonly string[]> {
    return z.array(z.string()).parse(await this.#options.store.kv.get(chunkKey(id, next)));
  }

  async #forgetRuns(id: string): Promise<void> {
    const { store } = this.#options;
    for (const { key } of await store.kv.list(`${RUNS}${id}:`)) await store.kv.remove(key);
  }
}

interface Search {
  readonly action: BulkAction;
  readonly filter: BulkFilter;
  readonly limit: number;
  /** Asked after each page: not, what was found is of no use. */
  readonly isHeld?: () => Promise<boolean>;
}

/** The store, or Slack, which says what people may do, is away: no run is left out for that. */
const AWAY: ReadonlySet<string> = new Set(["store_unavailable", "slack_unavailable"]);

function chunkKey(id: string, position: number): string {
  return `${RUNS}${id}:${String(Math.floor(position / CHUNK)).padStart(6, "0")}`;
}

function add(found: Map<string, string>, run: ExecutionSummary, limit: number): void {
  if (found.size < limit) found.set(run.executionId, run.startedAt);
}

function withLeft(
  left: BulkJob["left"],
  code: string,
  example: LeftOut["examples"][number],
): BulkJob["left"] {
  const known = left.find((one) => one.code === code) ?? { code, count: 0, examples: [] };
  const examples = [...known.examples, example].slice(0, EXAMPLES);
  return [...left.filter((one) => one.code !== code), { code, count: known.count + 1, examples }];
}

const UNDER_WAY: readonly ExecutionStatus[] = ["queued", "running", "waiting"];

/** @throws {AppError} `input_invalid` for a status with which it cannot be done. */
function statusesOf(
  action: BulkAction,
  { status, statuses }: BulkFilter,
): readonly ExecutionStatus[] {
  const asked = statuses ?? (status === undefined ? [] : [status]);
  if (asked.length === 0) return action === "retry" ? ["failed"] : UNDER_WAY;
  const unfit = asked.find((one) => isFinished(one) !== (action === "retry"));
  if (unfit === undefined) return [...new Set(asked)];
  const fitting =
    action === "retry"
      ? "runs that are over: failed, cancelled or completed"
      : "runs that are not over: queued, running or waiting";
  const message = `"${unfit}" does not fit: ${action} is for ${fitting}`;
  throw new AppError({
    code: "input_invalid",
    message: `${message}.`,
    details: { problems: [{ path: "status", message, fix: "Name another status, or none." }] },
  });
}
