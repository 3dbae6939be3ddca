import { randomUUID } from "node:crypto";
import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { toExecutionRecord } from "../execution/projections/execution-record.ts";
import { applyCommit, initialState } from "../execution/reducer/apply.ts";
import type { ExecutionEvent } from "../model/events.ts";
import { LEASE_MS, RENEW_MS, RENEWAL_TRUST_MS } from "../model/lease.ts";
import { type ExecutionState, isFinished } from "../model/state.ts";
import { pause } from "../ports/clock.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import { Actor, type ActorHost, type ActorPorts } from "./actor.ts";
import { failDefective, finalize } from "./finalize.ts";
import type { WorkerHooks } from "./hooks.ts";
import { Suspects } from "./suspects.ts";

/** Executions that one process has in memory at a time; more wait in the store. */
const MAX_ACTORS = 1000;
/** How long a store that does not answer may hold up the stop of a worker. */
const GIVE_BACK_MS = 1000;
/** Pause before a claim that failed is repeated. */
const CLAIM_PAUSE_MS = 1000;

/** Runs executions: claims what is due, gives each claimed execution its actor, renews the leases. */
export class Worker {
  readonly id = `worker_${randomUUID().slice(0, 8)}`;
  readonly #options: WorkerOptions;
  /** What actors get; `null` until the worker starts. */
  #ports: ActorPorts | null = null;
  readonly #host: ActorHost;
  readonly #suspects: Suspects;
  readonly #actors = new Map<string, Actor>();
  readonly #states = new StateCache();
  /** Claims under way, so that two wake-ups of one execution make one actor. */
  readonly #claiming = new Map<string, Promise<void>>();
  readonly #wakeAgain = new Set<string>();
  /** Executions whose claim is repeated: the store may have leased them to this worker, and would renew that lease for ever. */
  readonly #claimRetries = new Set<string>();
  /** The store may have executions leased to this worker that have no actor here. */
  #mustReconcileLeases = false;
  /** When the last successful renewal began: its leases last from then on. */
  #renewedAt: number;
  #cancelRenewal: (() => void) | null = null;
  #cancelTick: (() => void) | null = null;
  #tickAt = Number.POSITIVE_INFINITY;
  #ticking: Promise<void> | null = null;
  #running = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#renewedAt = options.clock.elapsed();
    this.#suspects = new Suspects(options.clock, (executionId) => {
      const actor = this.#actors.get(executionId);
      actor?.wake();
      return actor !== undefined;
    });
    this.#host = {
      id: this.id,
      leaseUntil: () => this.#options.clock.now() + LEASE_MS,
      mayStartEffects: () => this.#options.clock.elapsed() - this.#renewedAt < RENEWAL_TRUST_MS,
      suspects: this.#suspects,
      retired: (actor, due) => this.#retired(actor, due),
      stopped: (actor, error) => void this.#stopped(actor, error),
    };
  }

  /** Starts to work, first on what an earlier process left. */
  async start(hooks: WorkerHooks): Promise<void> {
    this.#ports = { ...this.#options, ...hooks };
    this.#running = true;
    this.#suspects.start();
    this.#renewedAt = this.#options.clock.elapsed();
    this.#planRenewal();
    await this.tick();
  }

  /**
   * Stops claiming, waits a while for attempts under way, aborts the rest and releases the leases. Nothing is lost: what was aborted
   * is executed again.
   */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTick?.();
    this.#cancelRenewal?.();
    this.#suspects.stop();
    await this.#ticking;
    await Promise.all(this.#claiming.values());
    const { store, clock, logger, stopGraceMs = 0 } = this.#options;
    const drained = Promise.all([...this.#actors.values()].map((actor) => actor.drain()));
    if (stopGraceMs > 0) await Promise.race([drained, pause(clock, stopGraceMs)]);
    const givenBack = Promise.allSettled(
      [...this.#actors.values()].map((actor) => actor.giveBack()),
    );
    await Promise.race([givenBack, pause(clock, GIVE_BACK_MS)]);
    for (const actor of this.#actors.values()) actor.stop();
    this.#actors.clear();
    try {
      await store.leases.release(this.id, clock.now());
    } catch (error) {
      logger.warn(
        { worker: this.id, error: asAppError(error).message },
        "could not release the leases; they expire by themselves",
      );
    }
  }

  /** The record that a new execution is inserted with: leased to this worker if it has room. */
  initialRecord(state: ExecutionState): ExecutionRecord {
    const now = this.#options.clock.now();
    const room = this.#running && this.#actors.size < MAX_ACTORS;
    return room
      ? toExecutionRecord(state, this.id, now + LEASE_MS)
      : toExecutionRecord(state, null, now);
  }

  /** Runs an execution that was just inserted with its `initialRecord`. */
  runInserted(record: ExecutionRecord, workflow: CompiledWorkflow, state: ExecutionState): void {
    if (record.owner !== this.id) this.#scheduleTick(this.#options.clock.now());
    else if (this.#running && !this.#actors.has(record.executionId)) this.#add(workflow, state);
  }

  /** To be called when an insert may have succeeded although its answer was lost: claims what is leased to this worker without an actor. */
  reconcileLeases(): void {
    this.#mustReconcileLeases = true;
    this.#scheduleTick(this.#options.clock.now() + CLAIM_PAUSE_MS);
  }

  /** To be called when an execution has something to do: runs it now. */
  wake(executionId: string): void {
    if (!this.#running) return;
    const actor = this.#actors.get(executionId);
    if (actor) actor.wake();
    else void this.#claim(executionId);
  }

  /** To be called when something changed for all executions: runs those in memory now. */
  wakeAll(): void {
    for (const actor of this.#actors.values()) actor.wake();
  }

  /** The durable state of an execution that has an actor here, to be read at once; else `null`. */
  liveState(executionId: string): ExecutionState | null {
    return this.#actors.get(executionId)?.committedState ?? null;
  }

  /** Polls for due executions and for signals, and claims what they concern. Never rejects. */
  async tick(): Promise<void> {
    // A poll under way may have passed what this one is for.
    await this.#ticking;
    if (!this.#running) return;
    this.#ticking ??= this.#tick().finally(() => {
      this.#ticking = null;
    });
    await this.#ticking;
  }

  async #tick(): Promise<void> {
    const { store, clock, planAheadMs, logger } = this.#options;
    this.#cancelTick?.();
    this.#tickAt = Number.POSITIVE_INFINITY;
    const until = clock.now() + planAheadMs;
    try {
      if (this.#mustReconcileLeases) await this.#claimOrphaned();
      await this.#claimDue();
      for (const signal of await store.signals.pending({ limit: 1000 }))
        this.wake(signal.executionId);
      const due = await store.leases.nextDue(until);
      if (due !== null) this.#scheduleTick(Math.max(due, clock.now() + 10));
    } catch (error) {
      logger.warn(
        { worker: this.id, error: asAppError(error).message },
        "could not poll the store; retrying",
      );
    }
  }

  async #claimDue(): Promise<void> {
    const { store, clock } = this.#options;
    const limit = MAX_ACTORS - this.#actors.size;
    if (limit <= 0) return;
    const now = clock.now();
    const claim = { worker: this.id, now, leaseUntil: now + LEASE_MS, limit };
    try {
      const records = await store.leases.claimDue(claim);
      await Promise.all(records.map((record) => this.#load(record)));
    } catch (error) {
      this.#mustReconcileLeases = true;
      throw error;
    }
  }

  async #claimOrphaned(): Promise<void> {
    this.#mustReconcileLeases = false;
    try {
      const leased = await this.#options.store.leases.ownedBy(this.id);
      const orphaned = leased.filter(({ executionId }) => !this.#actors.has(executionId));
      // Claimed, not just loaded: its actor may have retired since the query, and another worker may have it now.
      await Promise.all(orphaned.map(({ executionId }) => this.#claim(executionId)));
    } catch (error) {
      this.#mustReconcileLeases = true;
      throw error;
    }
  }

  #scheduleTick(at: number): void {
    if (!this.#running || at >= this.#tickAt) return;
    this.#cancelTick?.();
    this.#tickAt = at;
    this.#cancelTick = this.#options.clock.after(
      Math.max(at - this.#options.clock.now(), 0),
      () => {
        // This timer has fired: kept, its time would refuse every later one.
        this.#tickAt = Number.POSITIVE_INFINITY;
        void this.tick();
      },
    );
  }

  async #claim(executionId: string): Promise<void> {
    const known = this.#claiming.get(executionId);
    if (known) {
      this.#wakeAgain.add(executionId);
      return known;
    }
    const claiming = this.#claimOnce(executionId).finally(() => {
      this.#claiming.delete(executionId);
      if (this.#wakeAgain.delete(executionId)) this.wake(executionId);
    });
    this.#claiming.set(executionId, claiming);
    return claiming;
  }

  async #claimOnce(executionId: string): Promise<void> {
    const { store, clock, logger } = this.#options;
    try {
      const now = clock.now();
      const record = await store.leases.claim(executionId, {
        worker: this.id,
        now,
        leaseUntil: now + LEASE_MS,
        limit: 1,
      });
      if (record) await this.#load(record);
    } catch (error) {
      logger.warn(
        { executionId, error: asAppError(error).message },
        "could not claim the execution; retrying",
      );
      this.#retryClaim(executionId);
    }
  }

  #retryClaim(executionId: string): void {
    if (!this.#running || this.#claimRetries.has(executionId)) return;
    this.#claimRetries.add(executionId);
    this.#options.clock.after(CLAIM_PAUSE_MS, () => {
      this.#claimRetries.delete(executionId);
      this.wake(executionId);
    });
  }

  async #load(record: ExecutionRecord): Promise<void> {
    const { executionId } = record;
    const known = this.#actors.get(executionId);
    if (known) {
      known.wakeLeased();
      return;
    }
    try {
      const { workflow, state } = await this.read(record);
      // The cost of an abandoned call is still to be recorded, even after the end.
      const isOver = isFinished(state.status) && state.abandonedAttempts.size === 0;
      if (isOver) await this.#finalize(workflow, state);
      else if (this.#running && !this.#actors.has(executionId))
        this.#add(workflow, state, await this.#lastEvents(state));
    } catch (error) {
      // A conflict means that the log grew between reading and writing: the next claim reads it again.
      const isPassing =
        isAppError(error, "store_unavailable") || isAppError(error, "store_conflict");
      if (isPassing) this.#retryClaim(executionId);
      else await this.#failDefective(record, error);
    }
  }

  /** The events of the last commit, if others may wait for what they say: a process may have died before that was published. */
  async #lastEvents({ start, rev }: ExecutionState): Promise<readonly ExecutionEvent[]> {
    if (this.#requirePorts().announcer?.isListening() !== true) return [];
    const commits = await this.#options.store.log.read(start.executionId, rev - 1);
    return commits.at(-1)?.events ?? [];
  }

  async #finalize(workflow: CompiledWorkflow, state: ExecutionState): Promise<void> {
    const settled = await finalize(this.#requirePorts(), workflow, state);
    const { executionId } = state.start;
    // A retry continues it.
    if (!settled && this.#running && !this.#actors.has(executionId)) this.#add(workflow, state);
  }

  /** Keeps a state that `read` returned and the caller did not change, so that the next `read` is faster. */
  keep(state: ExecutionState): void {
    if (!this.#actors.has(state.start.executionId)) this.#states.keep(state);
  }

  /**
   * Folds an execution's log, from where this process left it. The caller owns the state.
   *
   * @throws {AppError} `internal` when log and code do not fit together.
   */
  async read(record: ExecutionRecord): Promise<LoadedExecution> {
    const { executionId } = record;
    const state = this.#states.take(executionId) ?? (await this.#stateAtStart(record));
    for (const commit of await this.#options.store.log.read(executionId, state.rev)) {
      applyCommit(state, commit.rev, commit.events);
    }
    // The log decides which version it is: the record may be older.
    return { workflow: await this.#options.workflows.compiledFor(state, state.version), state };
  }

  async #stateAtStart({ start }: ExecutionRecord): Promise<ExecutionState> {
    const begun = { start, prompts: start.prompts ?? {} };
    const { first } = await this.#options.workflows.compiledFor(begun, start.version);
    return initialState(start, first);
  }

  #add(
    workflow: CompiledWorkflow,
    state: ExecutionState,
    unannounced: readonly ExecutionEvent[] = [],
  ): void {
    const actor = new Actor(this.#host, this.#requirePorts(), workflow, state, unannounced);
    this.#actors.set(actor.executionId, actor);
    actor.wake();
  }

  #retired(actor: Actor, due: number | null): void {
    this.#actors.delete(actor.executionId);
    const state = actor.committedState;
    if (state && !isFinished(state.status)) this.keep(state);
    if (due !== null) this.#scheduleTick(due);
  }

  async #stopped(actor: Actor, error: unknown): Promise<void> {
    this.#actors.delete(actor.executionId);
    const { store, logger } = this.#options;
    const { executionId } = actor;
    if (isAppError(error, "store_conflict")) {
      logger.warn({ executionId }, "another worker took the execution over");
      return;
    }
    if (!this.#running) return;
    const { message } = asAppError(error);
    logger.error({ err: error, executionId, message }, "the execution stopped with an error");
    const record = await store.executions.get(executionId).catch(() => null);
    if (record) await this.#failDefective(record, error);
    else this.#retryClaim(executionId);
  }

  #failDefective(record: ExecutionRecord, cause: unknown): Promise<void> {
    const ports = { ...this.#requirePorts(), read: (known: ExecutionRecord) => this.read(known) };
    return failDefective(ports, record, cause);
  }

  #requirePorts(): ActorPorts {
    if (this.#ports) return this.#ports;
    throw new AppError({ code: "internal", message: "The worker has not been started." });
  }

  #planRenewal(): void {
    this.#cancelRenewal = this.#options.clock.after(RENEW_MS, () => {
      void this.#renew();
      this.#planRenewal();
    });
  }

  async #renew(): Promise<void> {
    const { store, clock, logger } = this.#options;
    const begun = clock.elapsed();
    try {
      if (this.#actors.size > 0) await store.leases.renew(this.id, clock.now() + LEASE_MS);
      this.#renewedAt = Math.max(this.#renewedAt, begun);
      // A lease without an actor here would be renewed for ever: the next poll finds it.
      this.#mustReconcileLeases = true;
      this.wakeAll();
    } catch (error) {
      const { message } = asAppError(error);
      logger.warn({ worker: this.id, error: message }, "could not renew the leases; retrying");
    }
  }
}

/** An execution as its log has it. */
export interface LoadedExecution {
  readonly workflow: CompiledWorkflow;
  readonly state: ExecutionState;
}

export interface WorkerOptions extends Omit<ActorPorts, keyof WorkerHooks> {
  /**
   * How long attempts under way may take to end when the worker stops, in milliseconds: one that is aborted instead has an unknown
   * outcome. @default 0
   */
  readonly stopGraceMs?: number;
  /** How far a poll plans ahead for what becomes due, in milliseconds: not less than the time until the next call of `tick`. */
  readonly planAheadMs: number;
}

/** Executions whose states are kept while no actor runs them; the ones used longest ago go first. */
const MAX_CACHED_STATES = 500;

/**
 * The states of executions that wait, as this process left them. To continue one, only the commits since are read, not its whole
 * log, so that a step after a wait costs the same however long the execution is. The caller of `take` owns the state.
 */
class StateCache {
  readonly #states = new LruMap<string, ExecutionState>(MAX_CACHED_STATES);

  /** @param state - durable, but for what needs no commit of its own. */
  keep(state: ExecutionState): void {
    this.#states.set(state.start.executionId, state);
  }

  take(executionId: string): ExecutionState | null {
    const state = this.#states.get(executionId);
    this.#states.delete(executionId);
    return state ?? null;
  }
}
