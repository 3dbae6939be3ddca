import type { Deaths } from "../model/deaths.ts";
import type { Clock } from "../ports/clock.ts";

/** An attempt that was under way when its process ended, and is to begin again. */
export interface Suspect extends Deaths {
  /** Of its step. */
  readonly key: string;
  readonly executionId: string;
}

/** Milliseconds that all of them together are alone for after the first end of a process, and one of them at most. */
const ROUND_MS = 20_000;
const LONGEST_FIRST_MS = 2000;
const LONGEST_MS = 60_000;
/** With each further end they are alone for so many times longer: what ends the process late is found, too. */
const GROWTH = 4;

/** Milliseconds that a process has to live without an attempt to which the end of one points already. */
const QUIET_MS = 10_000;
/** Milliseconds in which an execution that was woken asks. */
const NEXT_MS = 250;

/**
 * The order in which a process begins the attempts again that were under way when another one ended: one after the other, each alone for a
 * while if others wait, so that the next end points to one of them. An attempt to which an end points already has to wait until the
 * process has lived for a while without it: a process that is ended from outside, again and again, ends before that.
 */
export class Suspects {
  readonly #clock: Clock;
  readonly #wake: (executionId: string) => boolean;
  #startedAt: number;
  #turn: { readonly suspect: Suspect; readonly since: number } | null = null;
  /** Executions of those that asked and may not begin yet, by key. */
  readonly #waiting = new Map<string, string>();
  /** The most that waited since none did. */
  #most = 0;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;

  /** @param wake - lets an execution take a turn, in which it asks again. @returns whether it is still here. */
  constructor(clock: Clock, wake: (executionId: string) => boolean) {
    this.#clock = clock;
    this.#wake = wake;
    this.#startedAt = clock.elapsed();
  }

  /** The process begins to work now. */
  start(): void {
    this.#startedAt = this.#clock.elapsed();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Whether it may begin now: then it has the turn. If not, its execution is woken when it may. */
  mayBegin(suspect: Suspect): boolean {
    const { key, executionId } = suspect;
    if (this.#turn?.suspect.key === key) return true;
    const now = this.#clock.elapsed();
    const quietAt = suspect.deathsAlone > 0 ? this.#startedAt + QUIET_MS : now;
    if (this.#turn === null && quietAt <= now) {
      this.#turn = { suspect, since: now };
      this.#waiting.delete(key);
      return true;
    }
    if (this.#waiting.size === 0) this.#most = 0;
    this.#waiting.set(key, executionId);
    this.#most = Math.max(this.#most, this.#waiting.size);
    this.#lookAt(Math.max(quietAt, this.#turn === null ? now : this.#turnEnd(this.#turn)));
    return false;
  }

  /** Whether the attempt that has the turn has been alone for long enough, and others wait. */
  isTurnOver(key: string): boolean {
    if (this.#turn?.suspect.key !== key || this.#waiting.size === 0) return false;
    return this.#clock.elapsed() >= this.#turnEnd(this.#turn);
  }

  /** The attempt has ended, was not begun, or has been alone for long enough. */
  end(key: string): void {
    if (this.#turn?.suspect.key !== key) return;
    this.#turn = null;
    this.#wakeNext();
  }

  #turnEnd({ suspect, since }: { readonly suspect: Suspect; readonly since: number }): number {
    const first = Math.min(LONGEST_FIRST_MS, ROUND_MS / (this.#most + 1));
    return since + Math.min(LONGEST_MS, first * GROWTH ** Math.max(suspect.deaths - 1, 0));
  }

  /** One asks at a time. It may have nothing to begin any more: then the next one asks a moment later. */
  #wakeNext(): void {
    for (const [key, executionId] of this.#waiting) {
      this.#waiting.delete(key);
      if (!this.#wake(executionId)) continue;
      if (this.#waiting.size > 0) this.#lookAt(this.#clock.elapsed() + NEXT_MS);
      return;
    }
  }

  #look(): void {
    this.#timer = null;
    if (this.#turn === null) return this.#wakeNext();
    const end = this.#turnEnd(this.#turn);
    if (end <= this.#clock.elapsed()) this.#wake(this.#turn.suspect.executionId);
    else this.#lookAt(end);
  }

  #lookAt(at: number): void {
    if (this.#timer !== null && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const delayMs = Math.max(Math.ceil(at - this.#clock.elapsed()), 1);
    this.#timer = { at, cancel: this.#clock.after(delayMs, () => this.#look()) };
  }
}
