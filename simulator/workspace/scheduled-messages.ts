import type { Clock } from "../clock.ts";
import { createId } from "./ids.ts";

/** A message that waits for its time. */
export interface ScheduledMessage {
  readonly id: string;
  readonly channel: string;
  /** Seconds since the epoch. */
  readonly postAt: number;
  readonly createdAt: number;
  readonly text: string;
}

interface Waiting {
  readonly message: ScheduledMessage;
  readonly cancel: () => void;
}

/** Messages for later; they are lost when the simulator ends. */
export class ScheduledMessages {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps a message and calls `post` when it is due. */
  add(message: Omit<ScheduledMessage, "id" | "createdAt">, post: () => void): ScheduledMessage {
    const now = this.#clock.now();
    const scheduled = { ...message, id: createId("Q"), createdAt: Math.floor(now / 1_000) };
    const cancel = this.#clock.setTimer(
      () => {
        this.#waiting.delete(scheduled.id);
        post();
      },
      message.postAt * 1_000 - now,
    );
    this.#waiting.set(scheduled.id, { message: scheduled, cancel });
    return scheduled;
  }

  find(id: string): ScheduledMessage | undefined {
    return this.#waiting.get(id)?.message;
  }

  /** Soonest first. */
  list(): readonly ScheduledMessage[] {
    return [...this.#waiting.values()]
      .map(({ message }) => message)
      .sort((a, b) => a.postAt - b.postAt);
  }

  remove(id: string): void {
    this.#waiting.get(id)?.cancel();
    this.#waiting.delete(id);
  }

  clear(): void {
    for (const id of [...this.#waiting.keys()]) this.remove(id);
  }
}
