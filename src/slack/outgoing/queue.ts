import type { Clock } from "../../engine/ports/clock.ts";
import type { RateLimit, RateLimitStore } from "../../engine/ports/rate-limits.ts";
import { limitsOf, type OutgoingCall } from "./limits.ts";

/** Who goes first where Slack's limits make calls wait, in this order. */
const URGENCIES = ["reply", "question", "run", "rest"] as const;

/**
 * `reply`: a person waits for it. `question`: a run waits for a person who has to see it. `run`: what a run has to say.
 * `rest`: what can wait, such as the progress on a card.
 */
export type Urgency = (typeof URGENCIES)[number];

/** A place in the queue. */
export interface Place {
  readonly urgency: Urgency;
  /** When what the call belongs to began, in milliseconds since 1970: among equally urgent calls the oldest goes first. */
  readonly since: number;
}

export interface TurnOptions {
  /** Not before this moment. @default at once */
  readonly notBefore?: number;
  /** Leaves the queue. @default never */
  readonly signal?: AbortSignal;
}

/**
 * The turn of a call: from its begin to its end no other post to the same channel is under way, since Slack shows messages in the order
 * in which they arrive. To be disposed when the call has ended.
 */
export type Turn = Disposable;

/** A call with what decides about its turn. */
interface Ordered {
  readonly limits: readonly [RateLimit, ...RateLimit[]];
  readonly place: Place;
  /** Of equal places the lower number goes first. */
  readonly number: number;
}

/** A call that waits in this process. */
interface Waiting extends Ordered {
  readonly notBefore: number;
  readonly joinedAt: number;
  readonly grant: (turn: Turn) => void;
}

/** A call whose maker left and comes back: its place is kept. */
interface Away extends Ordered {
  readonly backAt: number;
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
  #waiting: Waiting[] = [];
  readonly #away = new Map<string, Away>();
  /** Limits that allow nothing before a moment, as far as this process knows. */
  readonly #closedUntil = new Map<string, number>();
  /** Channels that something is being posted to. */
  readonly #busy = new Set<string>();
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
    return this.#waiting.length;
  }

  /** How many calls to this channel or method wait in this process. */
  lengthOf(call: OutgoingCall): number {
    const { key } = limitsOf(call)[0];
    return this.#waiting.filter(({ limits }) => limits[0].key === key).length;
  }

  /** Would a call like this have its turn at once, as far as this process knows? */
  isFree(call: OutgoingCall): boolean {
    const now = this.#options.clock.now();
    const isOpen = limitsOf(call).every(({ key }) => (this.#closedUntil.get(key) ?? 0) <= now);
    return isOpen && this.lengthOf(call) === 0;
  }

  /** Waits for its turn, however long that takes. @returns `null` if the signal came first; nothing is counted then. */
  turn(call: OutgoingCall, place: Place, options: TurnOptions = {}): Promise<Turn | null> {
    return this.#join(call, place, { ...options, number: this.#nextNumber() });
  }

  /**
   * The turn of a caller that may come back: a step, which must not be under way for minutes without having done anything.
   *
   * @param id - the same each time the caller comes: it has its place in the queue meanwhile.
   * @returns its turn, or in how many milliseconds to come back.
   */
  async turnOrWait(
    id: string,
    call: OutgoingCall,
    place: Place,
    signal: AbortSignal,
  ): Promise<Turn | number> {
    const known = this.#away.get(id);
    this.#away.delete(id);
    const own = { limits: limitsOf(call), place, number: known?.number ?? this.#nextNumber() };
    if (this.#estimate(own) > PATIENCE_MS) return this.#leave(id, own);
    const patience = new AbortController();
    const cancel = this.#options.clock.after(2 * PATIENCE_MS, () => patience.abort());
    const turn = await this.#join(call, place, {
      number: own.number,
      signal: AbortSignal.any([signal, patience.signal]),
    });
    cancel();
    if (turn !== null) return turn;
    signal.throwIfAborted();
    return this.#leave(id, own);
  }

  /** @returns in how many milliseconds to come back. */
  #leave(id: string, own: Ordered): number {
    const backInMs = Math.max(MIN_AWAY_MS, Math.ceil(this.#estimate(own) - LEAD_MS));
    this.#away.set(id, { ...own, backAt: this.#options.clock.now() + backInMs });
    this.#pump();
    return backInMs;
  }

  /** Slack limited a call although it had its turn: nothing like it is sent before Slack takes it again. */
  async limited(call: OutgoingCall, retryAfterMs: number): Promise<void> {
    const { limits: store, clock } = this.#options;
    const [own, ...wider] = limitsOf(call);
    const now = clock.now();
    const last = this.#lastLimited;
    this.#lastLimited = { key: own.key, at: now };
    // Slack does not say which limit it was. Two channels at once are a sign that it was the one of all channels.
    const isWider = last !== null && last.key !== own.key && now - last.at < SAME_CAUSE_MS;
    const until = now + retryAfterMs * (1 + this.#random() * JITTER);
    for (const limit of isWider ? [own, ...wider] : [own]) {
      this.#close(limit.key, until);
      await store.pause(limit, until).catch(() => undefined);
    }
  }

  #join(
    call: OutgoingCall,
    place: Place,
    { notBefore = 0, signal, number }: TurnOptions & { readonly number: number },
  ): Promise<Turn | null> {
    if (signal?.aborted === true) return Promise.resolve(null);
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#drop(waiting);
        resolve(null);
      };
      const grant = (turn: Turn): void => {
        signal?.removeEventListener("abort", leave);
        resolve(turn);
      };
      const joinedAt = this.#options.clock.now();
      const waiting: Waiting = {
        limits: limitsOf(call),
        ...{ place, number, notBefore, joinedAt, grant },
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(waiting);
      this.#waiting.sort(inOrder);
      this.#options.meters?.queued(this.#waiting.length);
      this.#pump();
    });
  }

  #drop(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    this.#options.meters?.queued(this.#waiting.length);
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
    void this.#drain();
  }

  async #drain(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false;
      const wakeAt = await this.#grantAll();
      const waitMs = Math.ceil(wakeAt - this.#options.clock.now());
      if (waitMs <= 0) this.#isDirty = true;
      else if (!this.#isDirty && Number.isFinite(waitMs))
        this.#cancelWake = this.#options.clock.after(waitMs, () => this.#pump());
    }
    this.#isPumping = false;
  }

  /** @returns when something else may have its turn. */
  async #grantAll(): Promise<number> {
    const { clock } = this.#options;
    this.#forgetThePast();
    const closed = new Set<string>();
    let wakeAt = Number.POSITIVE_INFINITY;
    for (;;) {
      const now = clock.now();
      const open = this.#waiting.filter(
        ({ limits: [{ key }] }) => !closed.has(key) && !this.#busy.has(key),
      );
      const first = open.find(({ notBefore }) => notBefore <= now);
      if (first === undefined) return Math.min(wakeAt, ...open.map(({ notBefore }) => notBefore));
      const opensAt = this.#opensAt(first, now);
      const isTaken = opensAt <= now && (await this.#take(first.limits, now));
      const [{ key }] = first.limits;
      if (isTaken) this.#grantFirst(key, now);
      else {
        closed.add(key);
        wakeAt = Math.min(wakeAt, this.#opensAt(first, now));
      }
    }
  }

  /** When this call may be tried; 0: at once. */
  #opensAt({ limits, place, number }: Ordered, now: number): number {
    const closed = limits.map(({ key }) => this.#closedUntil.get(key) ?? 0);
    const expected = [...this.#away.values()].filter(
      (away) =>
        away.limits[0].key === limits[0].key &&
        away.backAt <= now + LEAD_MS &&
        inOrder(away, { limits, place, number }) < 0,
    );
    return Math.max(0, ...closed, ...expected.map(({ backAt }) => backAt + GRACE_MS));
  }

  /** @returns whether the call counts. */
  async #take(limits: Ordered["limits"], now: number): Promise<boolean> {
    try {
      const refusal = await this.#options.limits.take(limits, now);
      if (refusal !== null) this.#close(refusal.key, now + refusal.waitMs);
      return refusal === null;
    } catch {
      // Without the store nothing is known of the other processes: sending on might exceed the limits of all.
      this.#close(limits[0].key, now + STORE_PAUSE_MS);
      return false;
    }
  }

  /** The first one now: one that is more urgent may have come while the store was asked. */
  #grantFirst(key: string, now: number): void {
    const first = this.#waiting.find(
      ({ limits, notBefore }) => limits[0].key === key && notBefore <= now,
    );
    if (first === undefined) return;
    this.#drop(first);
    this.#options.meters?.granted(first.place.urgency, now - first.joinedAt);
    // Only posts have a narrower limit than their method's: that of their channel.
    const isOrdered = first.limits.length > 1;
    if (isOrdered) this.#busy.add(key);
    first.grant({
      [Symbol.dispose]: () => {
        if (isOrdered && this.#busy.delete(key)) this.#pump();
      },
    });
  }

  /** Milliseconds until it has its turn, if no other process takes it. */
  #estimate(own: Ordered): number {
    const now = this.#options.clock.now();
    const before = [...this.#waiting, ...this.#away.values()].filter(
      (other) => inOrder(other, own) < 0,
    );
    const waits = own.limits.map(({ key, intervalMs }) => {
      const ahead = before.filter(({ limits }) => limits.some((limit) => limit.key === key));
      const closedMs = Math.max(0, (this.#closedUntil.get(key) ?? 0) - now);
      return closedMs + ahead.length * intervalMs;
    });
    return Math.max(...waits);
  }

  #close(key: string, until: number): void {
    this.#closedUntil.set(key, Math.max(this.#closedUntil.get(key) ?? 0, until));
  }

  #forgetThePast(): void {
    const now = this.#options.clock.now();
    for (const [key, until] of this.#closedUntil) if (until <= now) this.#closedUntil.delete(key);
    for (const [id, { backAt }] of this.#away) if (backAt + GRACE_MS <= now) this.#away.delete(id);
  }
}

function inOrder(a: Ordered, b: Ordered): number {
  const urgency = URGENCIES.indexOf(a.place.urgency) - URGENCIES.indexOf(b.place.urgency);
  return urgency || a.place.since - b.place.since || a.number - b.number;
}
