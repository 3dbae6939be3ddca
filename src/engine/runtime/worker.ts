import { randomUUID } from "node:crypto";
import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { toExecutionRecord } from "../execution/projections/execution-record.ts";
import { applyCommit, initialState } from "../execution/reducer/apply.ts";
import { LEASE_MS } from "../model/lease.ts";
import type { OutboxEntry } from "../model/state.ts";
import { type ExecutionState, isFinished } from "../model/state.ts";
import { pause } from "../ports/clock.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import type { Logger } from "../ports/logger.ts";
import type { ActorHost } from "./actor.ts";
import { Actor, stopReason } from "./actor.ts";
import type { AttemptPorts } from "./attempt.ts";
import { runAttempt } from "./attempt.ts";
import type { EngineEvents } from "./engine-events.ts";
import { failDefective } from "./fail-defective.ts";
import { finalize } from "./finalize.ts";
import { StateCache } from "./state-cache.ts";

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
  #hooks: WorkerHooks | null = null;
  #host: ActorHost | null = null;
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
    this.#hooks = hooks;
    this.#host = this.#hostOf(hooks);
    this.#running = true;
    this.#renewedAt = this.#options.clock.elapsed();
    this.#planRenewal();
    await this.tick();
  }

  #hostOf(hooks: WorkerHooks): ActorHost {
    const options = this.#options;
    return {
      store: options.store,
      clock: options.clock,
      worker: this.id,
      leaseUntil: () => options.clock.now() + LEASE_MS,
      mayStartEffects: () => options.clock.elapsed() - this.#renewedAt < RENEWAL_TRUST_MS,
      startAttempt: (workflow, state, act, done) =>
        runAttempt(
          { ...options, prepareChild: hooks.prepareChild, onDefect: this.#onDefect },
          workflow,
          state,
          act,
          done,
        ),
      hasCompletionListeners: (state) => hooks.completion.isWanted(state),
      publishCompletion: (state) => hooks.completion.publish(state),
      deliver: (state, entry) => hooks.deliver(state, entry),
      compiled: options.compiled,
      eventsBefore: hooks.eventsBefore,
      committed: (executionId, events, after) =>
        void options.events.emit("committed", { executionId, events, after }),
      retired: (actor, due) => this.#retired(actor, due),
      stopped: (actor, error) => void this.#stopped(actor, error),
    };
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
    const { store, clock, lookAheadMs, logger } = this.#options;
    this.#cancelTick?.();
    this.#tickAt = Number.POSITIVE_INFINITY;
    const until = clock.now() + lookAheadMs;
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
    const settled = await finalize({ ...this.#options, ...this.#requireHooks() }, workflow, state);
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
    return { workflow: await this.#options.compiled(state, state.version), state };
  }

  async #stateAtStart({ start }: ExecutionRecord): Promise<ExecutionState> {
    const begun = { start, prompts: start.prompts ?? {} };
    const { first } = await this.#options.compiled(begun, start.version);
    return initialState(start, first);
  }

  #add(workflow: CompiledWorkflow, state: ExecutionState): void {
    if (!this.#host) return;
    const actor = new Actor(this.#host, workflow, state);
    this.#actors.set(actor.executionId, actor);
    actor.wake();
  }

  readonly #onDefect = (error: unknown, executionId: string, path: string): void => {
    this.#options.logger.error(
      { err: error, executionId, path },
      "a step threw what it should have returned",
    );
  };

  #retired(actor: Actor, due: number | null): void {
    this.#actors.delete(actor.executionId);
    const state = actor.committedState;
    if (state && !isFinished(state.status)) this.keep(state);
    if (due !== null) this.#scheduleTick(due);
  }

  async #stopped(actor: Actor, error: unknown): Promise<void> {
    this.#actors.delete(actor.executionId);
    const { lost, message } = stopReason(error);
    if (lost) {
      this.#options.logger.warn(
        { executionId: actor.executionId },
        "another worker has this execution",
      );
      return;
    }
    if (!this.#running) return;
    this.#options.logger.error(
      { err: error, executionId: actor.executionId, message },
      "an execution stopped",
    );
    const head = await this.#options.store.executions.get(actor.executionId).catch(() => null);
    if (head) await this.#failDefective(head, error);
    else this.#retryClaim(actor.executionId);
  }

  #failDefective(head: ExecutionRecord, cause: unknown): Promise<void> {
    const read = async (): Promise<ExecutionState> => (await this.read(head)).state;
    return failDefective({ ...this.#options, ...this.#requireHooks(), read }, head, cause);
  }

  #requireHooks(): WorkerHooks {
    if (this.#hooks) return this.#hooks;
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

export interface WorkerOptions extends Omit<AttemptPorts, "onDefect" | "prepareChild"> {
  readonly logger: Logger;
  /** The compiled definition of a version with the prompts that this execution asks. @throws {AppError} `version_not_found`. */
  readonly compiled: ActorHost["compiled"];
  /**
   * How long attempts under way may take to end when the worker stops, in milliseconds: one that is aborted instead has an outcome
   * that nobody knows. @default 0
   */
  readonly stopGraceMs?: number;
  /** How far a look plans ahead for what becomes due, in milliseconds: not less than the time until somebody calls `tick` again. */
  readonly lookAheadMs: number;
  /** Hears of each durable commit. */
  readonly events: EngineEvents;
}

/** What other parts of the engine do for a worker. They are built after it, so it gets them when it starts. */
export interface WorkerHooks {
  readonly prepareChild: AttemptPorts["prepareChild"];
  /** The parts that wait for the end of an execution. */
  readonly completion: {
    /** Whether a part waits for this end. */
    readonly isWanted: (state: ExecutionState) => boolean;
    /** Publishes the end. Called again after a crash or an error, so a repeat must be harmless. */
    readonly publish: (state: ExecutionState) => Promise<void>;
  };
  /** The events that have to come before an execution goes on: a pause, a slot. */
  readonly eventsBefore: ActorHost["eventsBefore"];
  /** Delivers what leaves an execution; done again after a crash or an error, so a repeat must be harmless. */
  readonly deliver: (state: ExecutionState, entry: OutboxEntry) => Promise<void>;
}
