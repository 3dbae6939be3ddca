import type { Clock } from "../../engine/ports/clock.ts";
import type { RateLimitStore } from "../../engine/ports/rate-limits.ts";
import { startVital } from "../../shared/vital.ts";
import { type Away, Lane, type Waiting } from "./lane.ts";
import { limitsOf, type OutgoingCall } from "./limits.ts";
import { inOrder, type Limits, type Ordered, type Place, type Urgency } from "./order.ts";

export interface TurnOptions {
  /** Not before so many milliseconds have passed. @default 0 */
  readonly delayMs?: number;
  /** Leaves the queue. @default never */
  readonly signal?: AbortSignal;
}

/**
 * The turn of a call: from its begin to its end no other post to the same channel is under way, since Slack shows messages in the order
 * in which they arrive. To be disposed when the call has ended.
 */
export type Turn = Disposable;

/** A call that waits in this process. Moments as `Clock.elapsed` counts them: that clock is never set. */
interface Caller extends Waiting {
  readonly joinedAt: number;
  readonly grant: (turn: Turn) => void;
}

/** A step that posts: it is sent away while its turn is far off, and comes back. */
export interface PostingStep {
  /** Equal in all its attempts. */
  readonly id: string;
  readonly executionId: string;
  readonly place: Place;
  readonly signal: AbortSignal;
}

/** A caller that may come back is sent away if its turn is further off than this, in milliseconds. */
const PATIENCE_MS = 3000;
/** So much before its turn it is asked to come back: a timer of the engine may be late. */
const LEAD_MS = 1500;
/** It stays away for so long at least, so that it does not come back at every moment. */
const MIN_AWAY_MS = 1000;
/** So long after that a place is kept, and nothing that comes later is let past it. */
const GRACE_MS = 3000;
/** Pause before the store is asked again after it failed. */
const STORE_PAUSE_MS = 1000;
/** `Retry-After` is stretched by up to this share, so that processes do not come back together. */
const JITTER = 0.25;
/** Two channels that Slack limits within this time, in milliseconds: it is the workspace's own limit. */
const SAME_CAUSE_MS = 3000;

export interface OutgoingQueueOptions {
  /** Kept together with the other processes. */
  readonly limits: RateLimitStore;
  readonly clock: Clock;
  /** From 0 up to 1. @default Math.random */
  readonly random?: () => number;
  /** @default counts nothing */
  readonly meters?: QueueMeters;
}

/** What is counted of the queue. */
export interface QueueMeters {
  /** So many calls wait. */
  queued(count: number): void;
  /** A call had its turn after so many milliseconds. */
  granted(urgency: Urgency, waitedMs: number): void;
}

/**
 * The one queue of all calls that change what people see in Slack: cards, messages of workflows, replies.
 *
 * Calls keep below Slack's limits, which all processes on one store count together; the order is kept in each process. Opening a
 * dialog and acknowledging a click never come here.
 */
export class OutgoingQueue {
  readonly #options: OutgoingQueueOptions;
  readonly #random: () => number;
  /** By the narrowest limit of their calls. */
  readonly #lanes = new Map<string, Lane<Caller>>();
  readonly #away = new Map<string, Away>();
  /** Limits that allow nothing before a moment, as far as this process knows. */
  readonly #closedUntil = new Map<string, number>();
  #length = 0;
  #lastLimited: { readonly key: string; readonly at: number } | null = null;
  #numbers = 0;
  #isPumping = false;
  #isDirty = false;
  #cancelWake: () => void = () => undefined;

  constructor(options: OutgoingQueueOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Calls that wait in this process. */
  get length(): number {
    return this.#length;
  }

  /** How many calls to this channel or method wait in this process. */
  lengthOf(call: OutgoingCall): number {
    return this.#lanes.get(limitsOf(call)[0].key)?.length ?? 0;
  }

  /** Would a call like this have its turn at once, as far as this process knows? */
  isFree(call: OutgoingCall): boolean {
    return this.#closedMs(limitsOf(call)) === 0 && this.lengthOf(call) === 0;
  }

  /** Waits for its turn, however long that takes. @returns `null` if the signal came first; nothing is counted then. */
  turn(call: OutgoingCall, place: Place, options: TurnOptions = {}): Promise<Turn | null> {
    return this.#join({ limits: limitsOf(call), place, number: this.#nextNumber() }, options);
  }

  /**
   * The turn of a step, which must not be under way for minutes without having done anything.
   *
   * @returns its turn, or in how many milliseconds to come back: its place is kept meanwhile. So it is if its signal comes first.
   */
  async turnOrWait(step: PostingStep, call: OutgoingCall): Promise<Turn | number> {
    const { id, place, signal } = step;
    const known = this.#away.get(id);
    this.#forget(id);
    const own = { limits: limitsOf(call), place, number: known?.number ?? this.#nextNumber() };
    if (this.#estimate(own) > PATIENCE_MS) return this.#leave(step, own);
    const patience = new AbortController();
    const cancel = this.#options.clock.after(2 * PATIENCE_MS, () => patience.abort());
    const turn = await this.#join(own, { signal: AbortSignal.any([signal, patience.signal]) });
    cancel();
    return turn ?? this.#leave(step, own);
  }

  /** The steps of this execution do not come back: it ended, or is paused. What they kept is free. */
  forgetSteps(executionId: string): void {
    const before = this.#away.size;
    for (const [id, away] of this.#away) if (away.executionId === executionId) this.#forget(id);
    if (this.#away.size < before) this.#pump();
  }

  /** @returns in how many milliseconds to come back. */
  #leave({ id, executionId }: PostingStep, own: Ordered): number {
    const backInMs = Math.max(MIN_AWAY_MS, Math.ceil(this.#estimate(own) - LEAD_MS));
    const away = { ...own, executionId, backAt: this.#now() + backInMs };
    this.#away.set(id, away);
    this.#lane(own.limits).keep(away);
    this.#pump();
    return backInMs;
  }

  /** Slack limited a call although it had its turn: nothing like it is sent before Slack takes it again. */
  async limited(call: OutgoingCall, retryAfterMs: number): Promise<void> {
    const { limits: store, clock } = this.#options;
    const limits = limitsOf(call);
    const waitMs = retryAfterMs * (1 + this.#random() * JITTER);
    for (const limit of this.#isOfAll(limits) ? limits : [limits[0]]) {
      this.#close(limit.key, waitMs);
      await store.pause(limit, clock.now() + waitMs).catch(() => undefined);
    }
  }

  /** Slack does not say which limit it was. Two channels at once are a sign that it was the one of all channels. */
  #isOfAll([own, ...wider]: Limits): boolean {
    if (wider.length === 0) return false;
    const [last, now] = [this.#lastLimited, this.#now()];
    this.#lastLimited = { key: own.key, at: now };
    return last !== null && last.key !== own.key && now - last.at < SAME_CAUSE_MS;
  }

  #join(own: Ordered, { delayMs = 0, signal }: TurnOptions): Promise<Turn | null> {
    if (signal?.aborted === true) return Promise.resolve(null);
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#drop(caller);
        resolve(null);
      };
      const grant = (turn: Turn): void => {
        signal?.removeEventListener("abort", leave);
        resolve(turn);
      };
      const joinedAt = this.#now();
      const caller: Caller = { ...own, notBefore: joinedAt + delayMs, joinedAt, grant };
      signal?.addEventListener("abort", leave, { once: true });
      this.#lane(own.limits).join(caller);
      this.#count(1);
      this.#pump();
    });
  }

  #drop(caller: Caller): void {
    this.#lane(caller.limits).drop(caller);
    this.#count(-1);
  }

  #count(by: 1 | -1): void {
    this.#length += by;
    this.#options.meters?.queued(this.#length);
  }

  #lane(limits: Limits): Lane<Caller> {
    const [{ key }] = limits;
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = new Lane<Caller>(limits);
    this.#lanes.set(key, lane);
    return lane;
  }

  #now(): number {
    return this.#options.clock.elapsed();
  }

  #nextNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  /** Lets through what has its turn, one after the other. */
  #pump(): void {
    this.#isDirty = true;
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#cancelWake();
    startVital(this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false;
      const wakeAt = await this.#grantAll();
      const waitMs = Math.ceil(wakeAt - this.#now());
      if (waitMs <= 0) this.#isDirty = true;
      else if (!this.#isDirty && Number.isFinite(waitMs))
        this.#cancelWake = this.#options.clock.after(waitMs, () => this.#pump());
    }
    this.#isPumping = false;
  }

  /** @returns when something else may have its turn. */
  async #grantAll(): Promise<number> {
    for (;;) {
      const now = this.#now();
      this.#forgetThePast(now);
      const { lane, wakeAt } = this.#next(now);
      if (lane === null) return wakeAt;
      if (await this.#take(lane.limits)) this.#grantFirst(lane, now);
    }
  }

  /** The lane whose first call goes first of all that may be tried now; `null`: none may before `wakeAt`. */
  #next(now: number): { readonly lane: Lane<Caller> | null; readonly wakeAt: number } {
    let next: { readonly lane: Lane<Caller>; readonly call: Caller } | null = null;
    let wakeAt = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.values()) {
      if (lane.isBusy || lane.length === 0) continue;
      const call = lane.first(now);
      const opensAt = call === undefined ? lane.nextAt() : this.#opensAt(lane, call, now);
      if (opensAt > now) wakeAt = Math.min(wakeAt, opensAt);
      else if (call !== undefined && (next === null || inOrder(call, next.call) < 0))
        next = { lane, call };
    }
    return { lane: next?.lane ?? null, wakeAt };
  }

  /** When this call may be tried. */
  #opensAt(lane: Lane<Caller>, call: Caller, now: number): number {
    const lastBack = lane.lastBack(call, now + LEAD_MS);
    const expectedAt = lastBack === 0 ? 0 : lastBack + GRACE_MS;
    return Math.max(now + this.#closedMs(call.limits), expectedAt);
  }

  /** @returns whether a call counts. */
  async #take(limits: Limits): Promise<boolean> {
    try {
      const refusal = await this.#options.limits.take(limits, this.#options.clock.now());
      if (refusal !== null) this.#close(refusal.key, refusal.waitMs);
      return refusal === null;
    } catch {
      // Without the store nothing is known of the other processes: sending on might exceed the limits of all.
      for (const { key } of limits) this.#close(key, STORE_PAUSE_MS);
      return false;
    }
  }

  /** The first one now: one that is more urgent may have come while the store was asked. */
  #grantFirst(lane: Lane<Caller>, now: number): void {
    const first = lane.first(now);
    if (first === undefined) return;
    this.#drop(first);
    this.#options.meters?.granted(first.place.urgency, now - first.joinedAt);
    // Only posts have a narrower limit than their method's: that of their channel.
    lane.isBusy = first.limits.length > 1;
    let isOver = !lane.isBusy;
    first.grant({
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        lane.isBusy = false;
        this.#pump();
      },
    });
  }

  /** Milliseconds until it has its turn, if no other process takes it. */
  #estimate(own: Ordered): number {
    const waits = own.limits.map((limit) => {
      let ahead = 0;
      for (const lane of this.#lanes.values())
        if (lane.limits.some(({ key }) => key === limit.key)) ahead += lane.countBefore(own);
      const closedMs = this.#closedMs([limit]);
      // What has not refused anything lately takes some calls at once.
      const inLine = closedMs > 0 ? ahead : Math.max(0, ahead - limit.burst);
      return closedMs + inLine * limit.intervalMs;
    });
    return Math.max(...waits);
  }

  /** For so many milliseconds one of these limits allows nothing, as far as this process knows. */
  #closedMs(limits: Limits): number {
    const until = limits.map(({ key }) => this.#closedUntil.get(key) ?? 0);
    return Math.max(0, Math.max(...until) - this.#now());
  }

  #close(key: string, forMs: number): void {
    const until = this.#now() + forMs;
    this.#closedUntil.set(key, Math.max(this.#closedUntil.get(key) ?? 0, until));
  }

  #forget(id: string): void {
    const away = this.#away.get(id);
    if (away === undefined) return;
    this.#away.delete(id);
    this.#lane(away.limits).forget(away);
  }

  #forgetThePast(now: number): void {
    for (const [key, until] of this.#closedUntil) if (until <= now) this.#closedUntil.delete(key);
    for (const [id, { backAt }] of this.#away) if (backAt + GRACE_MS <= now) this.#forget(id);
    for (const [key, lane] of this.#lanes) if (lane.isOver) this.#lanes.delete(key);
  }
}
