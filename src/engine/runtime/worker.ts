import { randomUUID } from "node:crypto";
import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { toExecutionRecord } from "../execution/projections/execution-record.ts";
import { applyCommit, initialState } from "../execution/reducer/apply.ts";
import { LEASE_MS } from "../model/lease.ts";
import { type ExecutionState, isFinished } from "../model/state.ts";
import { pause } from "../ports/clock.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import { Actor, type ActorHost, type ActorPorts } from "./actor.ts";
import { failDefective, finalize } from "./finalize.ts";
import type { WorkerHooks } from "./hooks.ts";

const RENEW_MS = 10_000;
/** Without a renewal for this long, by the machine's monotonic clock, another worker may be about to take over: no new effects. */
const RENEWAL_TRUST_MS = 15_000;
/** Executions that one process has in memory at a time; more wait in the store. */
const MAX_ACTORS = 1000;
/** Pause before an execution is claimed again that the store did not give when it was asked. */
const CLAIM_PAUSE_MS = 1000;

/** Runs executions: claims what is due, gives each claimed execution its actor, renews the leases. */
export class Worker {
  readonly id = `worker_${randomUUID().slice(0, 8)}`;
  readonly #options: WorkerOptions;
  /** What actors get; `null` until the worker starts. */
  #ports: ActorPorts | null = null;
  readonly #host: ActorHost = {
    id: this.id,
    leaseUntil: () => this.#options.clock.now() + LEASE_MS,
    mayStartEffects: () => this.#options.clock.elapsed() - this.#renewedAt < RENEWAL_TRUST_MS,
    retired: (actor, due) => this.#retired(actor, due),
    stopped: (actor, error) => void this.#stopped(actor, error),
  };
  readonly #actors = new Map<string, Actor>();
  readonly #idle = new StateCache();
  /** Claims under way, so that two wake-ups of one execution make one actor. */
  readonly #claiming = new Map<string, Promise<void>>();
  readonly #wakeAgain = new Set<string>();
  /** Executions to be claimed again: the store may have them leased to us, and such a lease would be renewed for ever. */
  readonly #claimLater = new Set<string>();
  #leasesInDoubt = false;
  /** When the last renewal that succeeded was begun: from then on its leases last. */
  #renewedAt: number;
  #cancelRenewal: (() => void) | null = null;
  #cancelTick: (() => void) | null = null;
  #tickAt = Number.POSITIVE_INFINITY;
  #ticking: Promise<void> | null = null;
  #running = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#renewedAt = options.clock.elapsed();
  }

  /** Starts to work, first on what an earlier life of the process left. */
  async start(hooks: WorkerHooks): Promise<void> {
    this.#ports = { ...this.#options, ...hooks };
    this.#running = true;
    this.#renewedAt = this.#options.clock.elapsed();
    this.#planRenewal();
    await this.tick();
  }

  /**
   * Stops taking work, lets what is under way end for a while, aborts the rest and hands the leases back. Nothing is lost: what was
   * aborted is done again.
   */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTick?.();
    this.#cancelRenewal?.();
    await this.#ticking;
    await Promise.all(this.#claiming.values());
    const { store, clock, logger, stopGraceMs = 0 } = this.#options;
    const drained = Promise.all([...this.#actors.values()].map((actor) => actor.drain()));
    if (stopGraceMs > 0) await Promise.race([drained, pause(clock, stopGraceMs)]);
    for (const actor of this.#actors.values()) actor.stop();
    this.#actors.clear();
    try {
      await store.leases.release(this.id, clock.now());
    } catch (error) {
      logger.warn(
        { error: asAppError(error).message },
        "leases could not be handed back; they run out by themselves",
      );
    }
  }

  /** The head that a new execution is inserted with: leased to this worker if it has room. */
  firstRecord(state: ExecutionState): ExecutionRecord {
    const now = this.#options.clock.now();
    const room = this.#running && this.#actors.size < MAX_ACTORS;
    return room
      ? toExecutionRecord(state, this.id, now + LEASE_MS)
      : toExecutionRecord(state, null, now);
  }

  /** Takes over an execution that was just inserted with `firstHead`. */
  adopt(head: ExecutionRecord, workflow: CompiledWorkflow, state: ExecutionState): void {
    if (head.owner !== this.id) this.#scheduleTick(this.#options.clock.now());
    else if (this.#running && !this.#actors.has(head.executionId)) this.#add(workflow, state);
  }

  /** An insert or a claim may have succeeded while its answer was lost: find what is leased to us and has nobody here. */
  reconcileLeases(): void {
    this.#leasesInDoubt = true;
    this.#scheduleTick(this.#options.clock.now() + CLAIM_PAUSE_MS);
  }

  /** Something happened to an execution: look at it now. */
  wake(executionId: string): void {
    if (!this.#running) return;
    const actor = this.#actors.get(executionId);
    if (actor) actor.wake();
    else void this.#claim(executionId);
  }

  /** Something changed for all executions: those in memory look now. */
  wakeAll(): void {
    for (const actor of this.#actors.values()) actor.wake();
  }

  /** The durable state of an execution that this worker has in memory, to be read at once; else `null`. */
  peek(executionId: string): ExecutionState | null {
    return this.#actors.get(executionId)?.committedState ?? null;
  }

  /** Looks for what is due and for signals, and takes it on. Never rejects. */
  async tick(): Promise<void> {
    // A look under way may have passed what this one is for.
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
      if (this.#leasesInDoubt) await this.#findLost();
      await this.#claimDue();
      for (const signal of await store.signals.pending({ limit: 1000 }))
        this.wake(signal.executionId);
      const due = await store.leases.nextDue(until);
      if (due !== null) this.#scheduleTick(Math.max(due, clock.now() + 10));
    } catch (error) {
      logger.warn(
        { error: asAppError(error).message },
        "the store could not be read; trying again",
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
      const heads = await store.leases.claimDue(claim);
      await Promise.all(heads.map((head) => this.#load(head)));
    } catch (error) {
      this.#leasesInDoubt = true;
      throw error;
    }
  }

  async #findLost(): Promise<void> {
    this.#leasesInDoubt = false;
    try {
      const leased = await this.#options.store.leases.ownedBy(this.id);
      const lost = leased.filter(({ executionId }) => !this.#actors.has(executionId));
      // Claimed, not just loaded: what had an actor when the store was asked may have been given back since, and be somebody else's.
      await Promise.all(lost.map(({ executionId }) => this.#claim(executionId)));
    } catch (error) {
      this.#leasesInDoubt = true;
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
        // What fired is no longer planned: kept, its time would refuse every later one.
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
      const head = await store.leases.claim(executionId, {
        worker: this.id,
        now,
        leaseUntil: now + LEASE_MS,
        limit: 1,
      });
      if (head) await this.#load(head);
    } catch (error) {
      logger.warn(
        { executionId, error: asAppError(error).message },
        "an execution could not be claimed; trying again",
      );
      this.#retryClaim(executionId);
    }
  }

  #retryClaim(executionId: string): void {
    if (!this.#running || this.#claimLater.has(executionId)) return;
    this.#claimLater.add(executionId);
    this.#options.clock.after(CLAIM_PAUSE_MS, () => {
      this.#claimLater.delete(executionId);
      this.wake(executionId);
    });
  }

  async #load(head: ExecutionRecord): Promise<void> {
    const { executionId } = head;
    const known = this.#actors.get(executionId);
    if (known) {
      known.wakeLeased();
      return;
    }
    try {
      const { workflow, state } = await this.read(head);
      // What a call under way cost that was given up is still to be told, even after the end.
      const isOver = isFinished(state.status) && state.abandonedAttempts.size === 0;
      if (isOver) await this.#afterEnd(workflow, state);
      else if (this.#running && !this.#actors.has(executionId)) this.#add(workflow, state);
    } catch (error) {
      // In a conflict the log moved on between reading and writing: the next look sees how.
      const isPassing =
        isAppError(error, "store_unavailable") || isAppError(error, "store_conflict");
      if (isPassing) this.#retryClaim(executionId);
      else await this.#failDefective(head, error);
    }
  }

  async #afterEnd(workflow: CompiledWorkflow, state: ExecutionState): Promise<void> {
    const settled = await finalize(this.#requirePorts(), workflow, state);
    const { executionId } = state.start;
    // A retry lets it go on.
    if (!settled && this.#running && !this.#actors.has(executionId)) this.#add(workflow, state);
  }

  /** Keeps a state that `read` gave and that nobody changed, to be read faster the next time. */
  keep(state: ExecutionState): void {
    if (!this.#actors.has(state.start.executionId)) this.#idle.keep(state);
  }

  /** Folds an execution's log, from where this process left it. The caller owns the state. @throws {AppError} `internal` when log and code do not fit together. */
  async read(
    head: ExecutionRecord,
  ): Promise<{ readonly workflow: CompiledWorkflow; readonly state: ExecutionState }> {
    const { executionId } = head;
    const state = this.#idle.take(executionId) ?? (await this.#stateAtStart(head));
    for (const commit of await this.#options.store.log.read(executionId, state.rev)) {
      applyCommit(state, commit.rev, commit.events);
    }
    // The log decides which version it is: the head may be older.
    return { workflow: await this.#options.workflows.compiledFor(state, state.version), state };
  }

  async #stateAtStart({ start }: ExecutionRecord): Promise<ExecutionState> {
    const begun = { start, prompts: start.prompts ?? {} };
    const { first } = await this.#options.workflows.compiledFor(begun, start.version);
    return initialState(start, first);
  }

  #add(workflow: CompiledWorkflow, state: ExecutionState): void {
    const actor = new Actor(this.#host, this.#requirePorts(), workflow, state);
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
      // What is leased to us and has nobody here would be renewed for ever: the next look finds it.
      this.#leasesInDoubt = true;
      this.wakeAll();
    } catch (error) {
      logger.warn({ error: asAppError(error).message }, "leases could not be renewed");
    }
  }
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
 * The states of executions that wait, as this process left them: taken up again, they need only what was committed since, not
 * their whole log, so that a step after a wait costs the same however long the execution is. The caller of `take` owns the state.
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
