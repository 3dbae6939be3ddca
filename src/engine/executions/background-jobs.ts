import { z } from "zod";
import { AppError, asAppError } from "../../shared/errors.ts";
import { toJson } from "../../shared/json.ts";
import { nextTurn } from "../../shared/next-turn.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { type Clock, pause } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { actFrom } from "../ports/surface.ts";

/** What every job has, whatever it does. */
export interface BackgroundJob {
  readonly id: string;
  /** When it was asked for; milliseconds since 1970. */
  readonly at: number;
  /** When it was over; `null`: it is under way. */
  readonly endedAt: number | null;
}

/** Who stopped a job, and when; milliseconds since 1970. */
export const Stop = z.object({ by: z.string(), at: z.number() });
export type Stop = z.output<typeof Stop>;

/** What came of one step of a job. `broken`: it cannot be continued here for the moment. */
export type JobStep = "done" | "more" | "broken";

export interface BackgroundJobsOptions<Job extends BackgroundJob> {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The worker of this process. */
  readonly process: string;
  /** What the keys of the jobs begin with. */
  readonly prefix: string;
  readonly schema: z.ZodType<Job>;
  /** The lease that a process needs for a job: jobs with the same one are done one after the other, in one process. */
  readonly leaseOf: (job: Job | null) => string;
  /** How often this process looks for jobs that others left, in milliseconds. */
  readonly lookMs: number;
  /** After each step a pause follows that is so many times as long as the step was. */
  readonly restFactor: number;
  /** Done before the jobs, by a process that has the lease of `null`. @default nothing */
  readonly prepare?: () => Promise<void>;
  /** Does a part of a job, and saves how far it has come. Called again until it is done. */
  readonly work: (job: Job) => Promise<JobStep>;
  /** Called when a job is forgotten. @default nothing */
  readonly onForgotten?: (id: string) => Promise<void>;
  /** Logged when the jobs cannot be continued for the moment. */
  readonly failure: string;
}

/** How long a process has a lease before another may take it. */
const LEASE_MS = 30_000;
/** How long a job that is over can be read. */
const SHOWN_MS = 30 * 86_400_000;
const STOPS = "job-stop:";
/** Executions that a job may be given by id. */
const MAX_IDS = 1000;

/** @throws {AppError} `input_invalid` for more ids than one job is given. */
export function assertFewIds({ length }: readonly string[]): void {
  if (length <= MAX_IDS) return;
  const message = `More than ${MAX_IDS} runs were given by id. Give fewer, or say by workflow, status, person or time which are meant.`;
  throw new AppError({ code: "input_invalid", message });
}

/**
 * Work that people asked for and that takes longer than a request: durable, in small steps with pauses, so that runs are not held up;
 * continued by whichever process is there, and stopped by a mark that every process sees.
 */
export class BackgroundJobs<Job extends BackgroundJob> {
  readonly #options: BackgroundJobsOptions<Job>;
  #working: Promise<void> | null = null;
  /** It was asked for, and the jobs were not listed since: they may be others now. */
  #isAsked = false;
  #stop = new AbortController();
  #cancelTimer: (() => void) | null = null;

  constructor(options: BackgroundJobsOptions<Job>) {
    this.#options = options;
  }

  /** Durable when it resolves; the job is done after that. */
  async begin(job: Job): Promise<void> {
    await this.save(job);
    this.#work();
  }

  save(job: Job): Promise<void> {
    return this.#options.store.kv.set(this.#options.prefix + job.id, toJson(job));
  }

  /** Newest first. */
  async list(): Promise<readonly Job[]> {
    const { store, prefix, schema } = this.#options;
    const stored = await store.kv.list(prefix);
    const jobs = stored.flatMap(({ value }) => schema.safeParse(value).data ?? []);
    return jobs.toSorted((a, b) => b.at - a.at);
  }

  async get(id: string): Promise<Job | null> {
    const { store, prefix, schema } = this.#options;
    return schema.safeParse(await store.kv.get(prefix + id)).data ?? null;
  }

  /** Asks for the end of a job: the step under way is finished, no other begins. Durable when it resolves. */
  async askToStop(id: string, by: string): Promise<Stop> {
    const { store, clock } = this.#options;
    const known = await this.stopOf(id);
    if (known) return known;
    const stop = { by, at: clock.now() };
    await store.kv.set(STOPS + id, stop);
    this.#work();
    return stop;
  }

  /** Who asked for the end of a job; `null`: it is to continue. */
  async stopOf(id: string): Promise<Stop | null> {
    return Stop.safeParse(await this.#options.store.kv.get(STOPS + id)).data ?? null;
  }

  start(): void {
    this.#stop = new AbortController();
    this.#plan();
    this.#work();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelTimer?.();
    await this.#working;
  }

  /** Whether this process still does the job: it keeps the lease by asking. */
  async holds(job: Job): Promise<boolean> {
    return !this.#stop.signal.aborted && (await this.#isOurs(job));
  }

  /** Runs that are under way go before: after each step a pause follows, in proportion to how long it took. */
  async rested<T>(work: () => Promise<T>): Promise<T> {
    const { clock, restFactor } = this.#options;
    const begun = clock.elapsed();
    const result = await work();
    const restMs = (clock.elapsed() - begun) * restFactor;
    if (restMs > 0) await this.rest(restMs);
    else await nextTurn();
    return result;
  }

  /** Resolves after so many milliseconds, or when this process stops. */
  async rest(ms: number): Promise<void> {
    await pause(this.#options.clock, ms, this.#stop.signal).catch(() => undefined);
  }

  #plan(): void {
    const { clock, lookMs } = this.#options;
    this.#cancelTimer = clock.after(lookMs, () => {
      this.#work();
      this.#plan();
    });
  }

  #work(): void {
    this.#isAsked = true;
    if (this.#stop.signal.aborted) return;
    // The person who asked for one of them has not asked for all.
    this.#working ??= actFrom(null, () => this.#workAll())
      .catch((error: unknown) => this.#warn(error))
      .finally(() => {
        this.#working = null;
        if (this.#isAsked) this.#work();
      });
  }

  async #workAll(): Promise<void> {
    const { prepare } = this.#options;
    this.#isAsked = false;
    if (prepare && (await this.#isOurs(null))) await prepare();
    // Those that are asked for meanwhile, too.
    const broken = new Set<string>();
    while (await this.#workOnce(broken));
  }

  /**
   * One step of each job that is open, the oldest first.
   *
   * @param broken - those that could not be continued; they wait for the next look. @returns whether any of them came on.
   */
  async #workOnce(broken: Set<string>): Promise<boolean> {
    this.#isAsked = false;
    const jobs = await this.list();
    await this.#forget(jobs);
    let cameOn = false;
    for (const job of jobs.toReversed()) {
      if (job.endedAt !== null || broken.has(job.id) || !(await this.holds(job))) continue;
      if ((await this.#stepOf(job)) === "broken") broken.add(job.id);
      else cameOn = true;
    }
    return cameOn && !this.#stop.signal.aborted;
  }

  /** A job that fails holds up no other. */
  async #stepOf(job: Job): Promise<JobStep> {
    try {
      return await this.#options.work(job);
    } catch (error) {
      this.#warn(error, job.id);
      return "broken";
    }
  }

  #warn(error: unknown, job?: string): void {
    const { logger, failure } = this.#options;
    logger.warn({ ...omitUndefined({ job }), error: asAppError(error).message }, failure);
  }

  async #forget(jobs: readonly Job[]): Promise<void> {
    const { store, clock, prefix, onForgotten } = this.#options;
    for (const { id, endedAt } of jobs) {
      if (endedAt === null || endedAt >= clock.now() - SHOWN_MS) continue;
      await store.kv.remove(STOPS + id);
      await onForgotten?.(id);
      await store.kv.remove(prefix + id);
    }
  }

  async #isOurs(job: Job | null): Promise<boolean> {
    const { store, clock, process, leaseOf } = this.#options;
    const now = clock.now();
    return (await store.dedupe.claim(leaseOf(job), process, now, now + LEASE_MS)) === process;
  }
}
