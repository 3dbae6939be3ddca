import { nextTurn } from "../../shared/next-turn.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { advance, nextDue, resolveVotes } from "../execution/decider/advance.ts";
import {
  type AttemptEnded,
  handleAttempt,
  handleSignal,
} from "../execution/decider/handle-signal.ts";
import { handleMigration } from "../execution/decider/migration.ts";
import { recoverableAt } from "../execution/decider/retry-delay.ts";
import { isSuspect } from "../execution/decider/suspicion.ts";
import { Worklist } from "../execution/decider/worklist.ts";
import { type AuditDraft, auditOf } from "../execution/projections/audit-records.ts";
import { costOfLost } from "../execution/projections/call-costs.ts";
import { toExecutionRecord } from "../execution/projections/execution-record.ts";
import { apply } from "../execution/reducer/apply.ts";
import { readSurface } from "../model/actor.ts";
import { deathsOf } from "../model/deaths.ts";
import type { ExecutionEvent } from "../model/events.ts";
import { type ActiveStep, type ExecutionState, isFinished } from "../model/state.ts";
import { attemptKey } from "../model/step-path.ts";
import type { ExecutionRecord, Signal } from "../ports/executions.ts";
import { type AttemptPorts, runAttempt } from "./attempt.ts";
import { appendCommit, type CommitLease, dueAfter } from "./commit.ts";
import type { EngineEvents } from "./engine-events.ts";
import { EventSubscriptions } from "./event-subscriptions.ts";
import {
  admissionEvents,
  isCompletionWanted,
  publishCompletion,
  type WorkerHooks,
} from "./hooks.ts";
import { retryWhileUnavailable } from "./store-retry.ts";
import type { Suspects } from "./suspects.ts";

/**
 * Characters of events, as JSON text, from which a commit takes no more: with the largest event besides it fits into a document of
 * MongoDB.
 */
const MAX_COMMIT_LENGTH = 250_000;

/** Characters of new events, beyond which others are served before these are written. */
const LARGE = 100_000;

/** Signals that are read at a time: the end of a child may bring two million characters. */
const SIGNALS_AT_ONCE = 20;

/** Milliseconds that pure steps may take in one turn: others are served in between. */
const TURN_MS = 25;

/** Events of pure steps that are written in one commit, so that a pure loop neither starves others nor grows without bound. */
const MAX_EVENTS_PER_COMMIT = 200;

/**
 * The one owner of a claimed execution. Results, signals and due timers arrive in any order; each turn folds what is there,
 * commits once, then starts what the new state asks for. So a cancel or a click is handled while a model call is under way.
 */
export class Actor {
  readonly executionId: string;
  readonly #host: ActorHost;
  readonly #ports: ActorPorts;
  #workflow: CompiledWorkflow;
  readonly #state: ExecutionState;
  readonly #worklist: Worklist;
  readonly #subscriptions: EventSubscriptions;
  readonly #results: AttemptEnded[] = [];
  /** Aborts of the attempts under way, by `path:attempt`. */
  readonly #inFlight = new Map<string, () => void>();
  /** Applied to the state, not yet committed: the claim, until there is something to commit with it. */
  #unsaved: ExecutionEvent[] = [];
  /** The state's size when all of it was durable. */
  #savedSize: number;
  /** What is to be recorded of them. */
  readonly #audit: AuditDraft[] = [];
  /** The record as it was last written here. */
  #written: Pick<ExecutionRecord, "owner" | "due"> | null = null;
  /** Durable events of which nothing was published yet that others wait for. */
  #unannounced: readonly ExecutionEvent[];
  /** How often the execution had been reopened when its end was published: each end is published. */
  #publishedEnds: number | null = null;
  /** The worker leased the execution again although it had this actor: that lease has to be released, whatever the last commit wrote. */
  #leasedAgain = false;
  /** The attempt that has the turn of those that may have ended a process. */
  #suspect: { readonly path: string; readonly key: string } | null = null;
  #cancelTimer: (() => void) | null = null;
  #signalsMayWait = true;
  #turning = false;
  #again = false;
  #stopped = false;
  /** Set while draining: nothing is started any more. Resolved when nothing is under way. */
  #drained: PromiseWithResolvers<void> | null = null;

  constructor(
    host: ActorHost,
    ports: ActorPorts,
    workflow: CompiledWorkflow,
    state: ExecutionState,
    unannounced: readonly ExecutionEvent[] = [],
  ) {
    this.#unannounced = unannounced;
    this.executionId = state.start.executionId;
    this.#host = host;
    this.#ports = ports;
    this.#workflow = workflow;
    this.#state = state;
    this.#savedSize = state.size;
    this.#worklist = new Worklist(state);
    this.#subscriptions = new EventSubscriptions(ports, state);
    this.#record({ type: "execution_claimed", epoch: state.epoch + 1, worker: host.id });
  }

  /** The state if all of it is durable, else `null`. To be read at once, not kept. */
  get committedState(): ExecutionState | null {
    return this.#unsaved.every(isNote) && !this.#turning ? this.#state : null;
  }

  /** To be called when something may have happened: takes a turn soon. */
  wake(): void {
    this.#signalsMayWait = true;
    this.#schedule();
  }

  /** The worker claimed the execution although it has this actor: take a turn, and release that lease in the end. */
  wakeLeased(): void {
    this.#leasedAgain = true;
    this.wake();
  }

  /**
   * Commits the results of attempts under way, and starts nothing more; the lease is kept until the worker releases it, so that the
   * next owner continues from there. Resolves when no attempt is under way.
   */
  async drain(): Promise<void> {
    this.#drained ??= Promise.withResolvers();
    this.#resolveDrained();
    await this.#drained.promise;
  }

  /** Notes, once drained, that what is still under way is stopped by no fault of its own. */
  async giveBack(): Promise<void> {
    if (this.#inFlight.size === 0 || this.#turning || this.#stopped) return;
    const at = this.#ports.clock.now();
    this.#record({ type: "execution_released", epoch: this.#state.epoch, at });
    await this.#commit([]);
  }

  #resolveDrained(): void {
    const isOver = this.#inFlight.size === 0 && this.#results.length === 0 && !this.#turning;
    if (isOver || this.#stopped) this.#drained?.resolve();
  }

  /** Aborts what is under way and takes no further turn; nothing is written. */
  stop(): void {
    this.#stopped = true;
    this.#drained?.resolve();
    this.#cancelTimer?.();
    for (const abort of this.#inFlight.values()) abort();
    this.#inFlight.clear();
    if (this.#suspect !== null) this.#host.suspects.end(this.#suspect.key);
  }

  #schedule(): void {
    if (this.#stopped) return;
    if (this.#turning) {
      this.#again = true;
      return;
    }
    this.#turning = true;
    setImmediate(() => void this.#turn());
  }

  async #turn(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#fold();
        if (this.#stopped) return;
        this.#startEffects();
        await this.#deliverOutbox();
        if (!this.#again && this.#isIdle()) await this.#release();
      } while (this.#again);
      this.#turning = false;
      if (this.#drained) this.#resolveDrained();
      else if (this.#isIdle()) this.#retire();
      else this.#setTimer();
    } catch (error) {
      this.stop();
      this.#turning = false;
      this.#host.stopped(this, error);
    }
  }

  async #fold(): Promise<void> {
    await this.#announce();
    const settled: string[] = [];
    const now = this.#ports.clock.now();
    this.#foldResults(now);
    if (this.#drained) return this.#commit(settled);
    if (this.#signalsMayWait) await this.#foldSignals(settled, now);
    await this.#settleAbandoned(now);
    await this.#applyAdmission(now);
    this.#noteOutlived(now);
    do this.#advance(now);
    while ((await this.#settleAbandoned(now)) || (await this.#searchPastEvents(now)));
    // What is large takes as long to be written as to be folded.
    if (this.#state.size - this.#savedSize > LARGE) await nextTurn();
    await this.#commit(settled);
    this.#endTurn();
    await this.#subscriptions.prune(this.#state);
    if (this.#again) await nextTurn();
  }

  /** As far as they fit into the commit; the others are left for the next turn. */
  #foldResults(now: number): void {
    while (!this.#isFull) {
      const ended = this.#results.shift();
      if (!ended) return;
      this.#inFlight.delete(attemptKey(ended.path, ended.attempt));
      this.#recordAll(handleAttempt(this.#workflow, this.#state, ended, now));
    }
    this.#again ||= this.#results.length > 0;
  }

  /** As far as they fit into the commit; the others stay pending. */
  async #foldSignals(settled: string[], now: number): Promise<void> {
    this.#signalsMayWait = false;
    const { executionId } = this;
    const query = { executionId, limit: SIGNALS_AT_ONCE };
    const signals = await this.#retryWhileUnavailable(() =>
      this.#ports.store.signals.pending(query),
    );
    let taken = 0;
    for (const signal of signals) {
      if (this.#isFull) break;
      taken += 1;
      if (signal.kind === "migrate") await this.#migrate(signal, settled, now);
      else this.#foldSignal(signal, now);
      settled.push(signal.id);
    }
    if (signals.length === SIGNALS_AT_ONCE || taken < signals.length) this.wake();
  }

  /** Checked in every turn: a pause or a full limit may have ended. */
  async #applyAdmission(now: number): Promise<void> {
    if (isFinished(this.#state.status) || this.#state.cancel) return;
    const check = () => admissionEvents(this.#ports, this.#state, now, this.#workflow);
    this.#recordAll(await this.#retryWhileUnavailable(check));
  }

  /** Records what follows from the state by itself, as far as one commit takes it. */
  #advance(now: number): void {
    this.#holdSuspects(now);
    const begun = this.#ports.clock.elapsed();
    let following = advance(this.#workflow, this.#state, this.#worklist, now);
    while (following.length > 0) {
      this.#recordAll(following);
      if (this.#isFull || this.#ports.clock.elapsed() - begun > TURN_MS) {
        this.#again = true;
        return;
      }
      following = advance(this.#workflow, this.#state, this.#worklist, now);
    }
  }

  /** The next commit takes no more. */
  get #isFull(): boolean {
    const isLong = this.#state.size - this.#savedSize >= MAX_COMMIT_LENGTH;
    return isLong || this.#unsaved.length >= MAX_EVENTS_PER_COMMIT;
  }

  /** Begins no attempt again that may have ended a process while another such one has the turn. */
  #holdSuspects(now: number): void {
    for (const step of this.#state.activeSteps.values()) {
      const { path, key } = step;
      if (!isSuspect(this.#state, step)) continue;
      if ((recoverableAt(this.#state, step) ?? now) > now) continue;
      const suspect = { key, executionId: this.executionId, ...deathsOf(step) };
      if (this.#host.suspects.mayBegin(suspect)) {
        this.#suspect = { path, key };
        this.#worklist.release(path);
      } else this.#worklist.hold(path);
    }
  }

  /** Notes that the attempt which has the turn has been alone for long enough: others begin once that is durable. */
  #noteOutlived(at: number): void {
    if (this.#suspect === null || !this.#host.suspects.isTurnOver(this.#suspect.key)) return;
    if (this.#stepOfTurn())
      this.#record({ type: "attempt_outlived", path: this.#suspect.path, at });
  }

  /** Lets others begin once the attempt that has the turn has ended, was not begun, or has been alone for long enough. */
  #endTurn(): void {
    if (this.#suspect === null || this.#stepOfTurn()) return;
    const { key } = this.#suspect;
    this.#suspect = null;
    this.#host.suspects.end(key);
  }

  /** The step that is under way alone. */
  #stepOfTurn(): ActiveStep | undefined {
    const step = this.#suspect && this.#state.activeSteps.get(this.#suspect.path);
    const isUnderWay = step?.phase === "running" && step.epoch === this.#state.epoch;
    return isUnderWay && step.isAlone ? step : undefined;
  }

  /** Records the costs of abandoned attempts, which bring no result any more. @returns whether there were any. */
  async #settleAbandoned(at: number): Promise<boolean> {
    const abandoned = [...this.#state.abandonedAttempts.keys()].filter(
      (key) => !this.#inFlight.has(key),
    );
    if (abandoned.length === 0) return false;
    const { executionId } = this;
    const calls = await this.#retryWhileUnavailable(() =>
      this.#ports.store.calls.list(executionId),
    );
    for (const key of abandoned) {
      const colon = key.lastIndexOf(":");
      const path = key.slice(0, colon);
      this.#record(
        costOfLost({ executionId, path, attempt: Number(key.slice(colon + 1)) }, calls, at),
      );
    }
    return true;
  }

  /** Searches for events that came before a step began to wait for them. @returns whether one of them ends a wait. */
  async #searchPastEvents(now: number): Promise<boolean> {
    let isWoken = false;
    for (const act of this.#state.activeSteps.values()) {
      if (act.event === null || act.searched) continue;
      this.#record({ type: "events_searched", path: act.path });
      const events = await this.#retryWhileUnavailable(() =>
        this.#subscriptions.searchPast(this.#workflow, this.#state, act, now),
      );
      this.#recordAll(events);
      isWoken ||= events.length > 0;
    }
    return isWoken;
  }

  /** A vote that decides does so before the next one is read: the first valid decision stands. */
  #foldSignal(signal: Signal, now: number): void {
    if (signal.kind === "event") this.#subscriptions.add(signal);
    for (const event of handleSignal(this.#workflow, this.#state, signal, now)) {
      this.#record(event, signal);
      if (event.type !== "decision_recorded") continue;
      this.#recordAll(resolveVotes(this.#workflow, this.#state, event.path, now));
    }
  }

  /** A commit holds events of one version: its readers look the steps up there. */
  async #migrate(signal: Signal, settled: string[], now: number): Promise<void> {
    const version = Number(signal.payload["version"]);
    const load = () => this.#ports.workflows.compiledFor(this.#state, version);
    const to = { version, workflow: await this.#retryWhileUnavailable(load) };
    const events = handleMigration(this.#workflow, to, this.#state, signal, now);
    const isMigrated = events.some(({ type }) => type === "execution_migrated");
    if (!isMigrated) return this.#recordAll(events);
    await this.#commit(settled.splice(0));
    for (const event of events) this.#record(event, signal);
    this.#workflow = to.workflow;
    await this.#commit([signal.id]);
  }

  /** @param signal - what the event follows from. @default nothing that a person sent */
  #record(event: ExecutionEvent, signal?: Signal): void {
    const { definition } = this.#workflow;
    const { tokenOwner } = this.#ports;
    const surface = readSurface(signal?.payload["surface"]);
    this.#audit.push(...auditOf(definition, this.#state, event, { tokenOwner, surface }));
    apply(this.#state, event);
    this.#worklist.note(this.#state, event);
    this.#unsaved.push(event);
  }

  #recordAll(events: readonly ExecutionEvent[]): void {
    for (const event of events) this.#record(event);
  }

  async #commit(settled: readonly string[]): Promise<void> {
    const { store, clock } = this.#ports;
    if (this.#unsaved.every(isNote)) {
      if (settled.length > 0)
        await this.#retryWhileUnavailable(() => store.signals.settle(settled));
      return;
    }
    const events = this.#unsaved;
    if (this.#ports.announcer?.isListening() === true) this.#unannounced = events;
    this.#written = await appendCommit(
      { store, clock, retry: (write) => this.#retryWhileUnavailable(write) },
      this.#state,
      events,
      this.#lease(),
      settled,
      this.#audit.splice(0),
    );
    this.#unsaved = [];
    this.#savedSize = this.#state.size;
    const { executionId } = this;
    const after = { workflow: this.#workflow, state: this.#state };
    this.#ports.events.emit("committed", { executionId, events, after });
    await this.#announce();
  }

  /** Publishes what the last commit says to others. The execution's record is due until that is done. */
  async #announce(): Promise<void> {
    const events = this.#unannounced;
    const { announcer } = this.#ports;
    if (events.length === 0 || announcer === undefined) return;
    const [workflow, state] = [this.#workflow, this.#state];
    await this.#retryWhileUnavailable(() => announcer.publish(workflow, state, events));
    this.#unannounced = [];
  }

  /** A repeat of the same commit is harmless, and the fence rejects it if another worker has taken over. */
  #retryWhileUnavailable<T>(call: () => Promise<T>): Promise<T> {
    return retryWhileUnavailable(this.#ports.clock, call, () => this.#stopped);
  }

  /** The lease is kept while something runs here. */
  #lease(): CommitLease {
    const { activeSteps, abandonedAttempts } = this.#state;
    const busy =
      this.#drained !== null ||
      abandonedAttempts.size > 0 ||
      [...activeSteps.values()].some((act) => act.phase === "running");
    return busy
      ? { owner: this.#host.id, due: this.#host.leaseUntil() }
      : { owner: null, due: this.#nextDue() };
  }

  get #hasUnpublishedEnd(): boolean {
    return (
      isFinished(this.#state.status) &&
      this.#publishedEnds !== this.#state.reopened.length &&
      isCompletionWanted(this.#ports, this.#state)
    );
  }

  #nextDue(): number | null {
    const due = nextDue(this.#state, this.#worklist);
    const isUnpublished = this.#hasUnpublishedEnd || this.#unannounced.length > 0;
    return dueAfter(this.#state, this.#ports.clock.now(), isUnpublished, due);
  }

  /** Delivers what the last commit left for others. The execution's record is due until that is done. */
  async #deliverOutbox(): Promise<void> {
    const state = this.#state;
    const ids: string[] = [];
    for (const entry of state.outbox.values()) {
      await this.#retryWhileUnavailable(() => this.#ports.children.deliver(state, entry));
      ids.push(entry.id);
    }
    if (ids.length > 0) this.#record({ type: "outbox_delivered", ids });
    if (!isFinished(state.status)) return;
    if (this.#hasUnpublishedEnd)
      await this.#retryWhileUnavailable(() => publishCompletion(this.#ports, state));
    this.#publishedEnds = state.reopened.length;
  }

  #startEffects(): void {
    const wanted = new Map<string, ActiveStep>();
    if (!this.#state.cancel) {
      for (const act of this.#state.activeSteps.values()) {
        if (act.phase === "running" && act.epoch === this.#state.epoch) {
          wanted.set(attemptKey(act.path, act.attempt), act);
        }
      }
    }
    for (const [key, abort] of this.#inFlight) if (!wanted.has(key)) abort();
    if (!this.#host.mayStartEffects()) return;
    for (const [key, act] of wanted) {
      if (this.#inFlight.has(key)) continue;
      const abort = runAttempt(this.#ports, this.#workflow, this.#state, act, (ended) => {
        this.#results.push(ended);
        this.#schedule();
      });
      this.#inFlight.set(key, abort);
    }
  }

  /** Nothing runs here and nothing is to be started: what comes next comes from outside or from the clock. */
  #isIdle(): boolean {
    // The next owner continues.
    if (this.#drained) return false;
    if (this.#inFlight.size > 0 || this.#results.length > 0 || this.#signalsMayWait) return false;
    if (this.#state.cancel) return true;
    // A running step that was not started waits for the lease to be renewed: the worker wakes the actor then.
    return ![...this.#state.activeSteps.values()].some((act) => act.phase === "running");
  }

  /** Releases the lease if the last commit did not. */
  async #release(): Promise<void> {
    const { owner, due } = this.#lease();
    const isReleased = this.#written?.owner === owner && this.#written.due === due;
    if (isReleased && !this.#leasedAgain) return;
    this.#leasedAgain = false;
    const record = toExecutionRecord(this.#state, owner, due);
    await this.#retryWhileUnavailable(() => this.#ports.store.executions.save(record));
    this.#written = record;
  }

  #retire(): void {
    this.stop();
    this.#host.retired(this, this.#nextDue());
  }

  /** Wakes the actor for timers that become due while attempts are under way. */
  #setTimer(): void {
    this.#cancelTimer?.();
    const due = nextDue(this.#state, this.#worklist);
    if (due === null) return;
    const { clock } = this.#ports;
    this.#cancelTimer = clock.after(Math.max(due - clock.now(), 0), () => this.#schedule());
  }
}

const NOTES: ReadonlySet<ExecutionEvent["type"]> = new Set([
  "execution_claimed",
  "outbox_delivered",
  "events_searched",
]);

/** Events that need no commit of their own: after a crash they follow again from what is stored. */
function isNote({ type }: ExecutionEvent): boolean {
  return NOTES.has(type);
}

/** What an actor asks its worker for. */
export interface ActorHost {
  /** Id of the worker. */
  readonly id: string;
  /** End of the lease that a commit made now should carry. */
  leaseUntil(): number;
  /** False when the lease may have run out: no effect may start then. */
  mayStartEffects(): boolean;
  /** In which order attempts begin again that may have ended a process. */
  readonly suspects: Pick<Suspects, "mayBegin" | "isTurnOver" | "end">;
  /** The actor has nothing left to do now; `due` is when the execution needs a worker again. */
  retired(actor: Actor, due: number | null): void;
  /** The actor cannot continue: another worker has the execution (`store_conflict`), or a defect. */
  stopped(actor: Actor, error: unknown): void;
}

/** What all actors of a worker share. */
export interface ActorPorts extends AttemptPorts, WorkerHooks {
  readonly workflows: WorkflowVersions;
  readonly events: EngineEvents;
  /** The person in whose name the API acts, for the audit; absent: the operator. */
  readonly tokenOwner?: string;
}

/** The versions of workflows. */
export interface WorkflowVersions {
  /** A version with the prompts that this execution asks. @throws {AppError} `version_not_found`. */
  compiledFor(
    execution: Pick<ExecutionState, "start" | "prompts">,
    version: number,
  ): Promise<CompiledWorkflow>;
}
