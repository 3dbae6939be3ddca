import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import { nextTurn } from "../../shared/next-turn.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { RemovalJob, RemovalPreview, RemovalTarget } from "../api/data.ts";
import { GENERATION } from "../model/execution-id.ts";
import { isFinished } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { OverExecution, OverQuery } from "../ports/removals.ts";
import type { Store } from "../ports/store.ts";
import type { DraftRecord } from "../ports/workflows.ts";
import { assertFewIds, BackgroundJobs, type JobStep, Stop } from "./background-jobs.ts";
import type { Families, Why } from "./families.ts";

export interface RemovalJobsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly families: Pick<Families, "remove">;
  /** The worker of this process: of several, one removes at a time. */
  readonly process: string;
  /** Called when a job is done. */
  readonly onDone: (job: RemovalJob) => Promise<void>;
}

const JOBS = "removal-job:";
const LEASE_KEY = "removals";
const LOOK_MS = 60_000;
/** A removal that another process has under way takes less. */
const BROKEN_OFF_MS = 5 * 60_000;
const PAGE = 50;
/** Runs that a preview counts. */
const MAX_COUNTED = 10_000;
/** Far fewer are begun within a millisecond. */
const DRAFTS_PAGE = 500;
/** Removing takes this part of the time at most: a pause follows that is so much longer. */
const REST_FACTOR = 4;

const StoredJob = z.object({
  id: z.string(),
  target: z.union([
    z.object({ kind: z.literal("runs"), executionIds: z.array(z.string()) }),
    z.object({
      kind: z.literal("filter"),
      workflowId: z.string().exactOptional(),
      status: z.enum(["completed", "failed", "cancelled"]).exactOptional(),
      startedBy: z.string().exactOptional(),
      endedBefore: z.number().exactOptional(),
    }),
    z.object({ kind: z.literal("person"), userId: z.string() }),
  ]),
  by: z.string(),
  at: z.number(),
  removed: z.number(),
  kept: z.number(),
  endedAt: z.number().nullable(),
  stopped: Stop.exactOptional(),
});

/** Removals that people asked for, one after the other in the background, in one process at a time. */
export class RemovalJobs {
  readonly #options: RemovalJobsOptions;
  readonly jobs: BackgroundJobs<RemovalJob>;

  constructor(options: RemovalJobsOptions) {
    this.#options = options;
    const { store, clock } = options;
    this.jobs = new BackgroundJobs<RemovalJob>({
      ...options,
      prefix: JOBS,
      schema: StoredJob,
      leaseOf: () => LEASE_KEY,
      lookMs: LOOK_MS,
      restFactor: REST_FACTOR,
      prepare: async () => {
        while (await store.removals.finish(clock.now() - BROKEN_OFF_MS)) await nextTurn();
      },
      work: (job) => this.#do(job),
      failure: "could not remove what is to go; retrying",
    });
  }

  /** @throws {AppError} `execution_not_found`, `execution_under_way`, `input_invalid`. */
  async preview(target: RemovalTarget): Promise<RemovalPreview> {
    const { store, clock } = this.#options;
    if (target.kind === "runs") {
      assertFewIds(target.executionIds);
      for (const executionId of target.executionIds) await this.#assertOver(executionId);
      return { runs: new Set(target.executionIds).size, isMore: false };
    }
    let runs = 0;
    const rest = await this.#countDrafts(target);
    for await (const page of pagesOf(store, queryOf(target, clock.now()))) {
      runs += page.length;
      if (runs >= MAX_COUNTED) return { runs, isMore: true, ...rest };
    }
    return { runs, isMore: false, ...rest };
  }

  async #countDrafts(target: RemovalTarget): Promise<Pick<RemovalPreview, "drafts">> {
    if (target.kind !== "person") return {};
    let drafts = 0;
    for await (const found of draftsOf(this.#options.store, target.userId)) drafts += found.length;
    return { drafts };
  }

  /** Durable when it resolves. */
  async begin(target: RemovalTarget, by: string): Promise<RemovalJob> {
    await this.preview(target);
    const at = this.#options.clock.now();
    // What ends later was not meant.
    const fixed =
      target.kind === "filter" ? { ...target, endedBefore: target.endedBefore ?? at + 1 } : target;
    const id = `rm_${randomBytes(8).toString("hex")}`;
    const job = { id, target: fixed, by, at, removed: 0, kept: 0, endedAt: null };
    await this.jobs.begin(job);
    return job;
  }

  /** Newest first. */
  list(): Promise<readonly RemovalJob[]> {
    return this.jobs.list();
  }

  async #do(job: RemovalJob): Promise<JobStep> {
    const { store, clock, logger, onDone } = this.#options;
    const { target } = job;
    const why: Why = { by: job.by, reason: target.kind === "person" ? "person" : "request" };
    let { removed } = job;
    let kept = 0;
    let stopped = await this.jobs.stopOf(job.id);
    for await (const page of this.#candidates(target)) {
      if (stopped) break;
      for (const executionId of page) {
        if (!(await this.jobs.holds(job))) return "broken";
        stopped = await this.jobs.stopOf(job.id);
        if (stopped) break;
        const gone = await this.jobs.rested(() => this.#options.families.remove(executionId, why));
        removed += gone;
        // Gone before, with a parent or by an earlier life of this job: not kept.
        if (gone === 0 && (await store.executions.get(executionId)) !== null) kept += 1;
      }
      await this.jobs.save({ ...job, removed, kept });
    }
    if (target.kind === "person" && !stopped) await this.#removeDrafts(target.userId);
    const ended = { ...job, removed, kept, endedAt: clock.now() };
    const done = stopped ? { ...ended, stopped } : ended;
    // First, so that a crash in between records it twice and not never.
    await onDone(done);
    await this.jobs.save(done);
    logger.info({ job: job.id, by: job.by, removed, kept }, "runs were removed");
    return "done";
  }

  async *#candidates(target: RemovalTarget): AsyncGenerator<readonly string[]> {
    const { store, clock } = this.#options;
    if (target.kind === "runs") {
      yield [...new Set(target.executionIds)];
      return;
    }
    for await (const page of pagesOf(store, queryOf(target, clock.now())))
      yield page.map(({ executionId }) => executionId);
  }

  /** With what the person and the model wrote for them; what that cost stays. */
  async #removeDrafts(userId: string): Promise<void> {
    const { store, clock } = this.#options;
    const everything = { workflowId: GENERATION, from: 0, to: clock.now() + 1 };
    for (const { id, by } of await store.calls.listCosts(everything))
      if (by === userId) await this.jobs.rested(() => store.calls.redact(id));
    for await (const drafts of draftsOf(store, userId))
      for (const { id } of drafts) await this.jobs.rested(() => store.drafts.remove(id));
  }

  async #assertOver(executionId: string): Promise<void> {
    const record = await this.#options.store.executions.get(executionId);
    if (record === null) {
      const message = `There is no run "${executionId}", or it was removed.`;
      throw new AppError({ code: "execution_not_found", message });
    }
    if (isFinished(record.status)) return;
    throw new AppError({
      code: "execution_under_way",
      message: `Run ${executionId} is not over (${record.status}), so it is not removed. Cancel it first, or wait for its end.`,
    });
  }
}

/** @yields the drafts of a person, in pages. */
async function* draftsOf(
  { drafts }: Pick<Store, "drafts">,
  userId: string,
): AsyncGenerator<readonly DraftRecord[]> {
  let before = Number.MAX_SAFE_INTEGER;
  const seen = new Set<string>();
  for (;;) {
    const page = await drafts.listBefore(before, DRAFTS_PAGE);
    const own = page.filter(({ id, ownerId }) => ownerId === userId && !seen.has(id));
    for (const { id } of own) seen.add(id);
    if (own.length > 0) yield own;
    const last = page.at(-1);
    if (page.length < DRAFTS_PAGE || last === undefined) return;
    // Once more those of this moment, of which the page may have had some alone.
    before = last.createdAt + 1;
  }
}

function queryOf(
  target: Exclude<RemovalTarget, { kind: "runs" }>,
  now: number,
): Omit<OverQuery, "limit" | "after"> {
  if (target.kind === "person") return { startedBy: target.userId, endedBefore: now + 1 };
  const { kind: _kind, endedBefore, ...filter } = target;
  return { ...filter, endedBefore: endedBefore ?? now + 1 };
}

/** @yields executions that are over, oldest first, in pages. */
export async function* pagesOf(
  store: Pick<Store, "removals">,
  query: Omit<OverQuery, "limit" | "after">,
): AsyncGenerator<readonly OverExecution[]> {
  let after: OverExecution | undefined;
  for (;;) {
    const page = await store.removals.listOver({
      ...query,
      limit: PAGE,
      ...omitUndefined({ after }),
    });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1);
  }
}
