import type { Clock } from "../clock.ts";

/** What an assistant is said to be doing in a thread. */
export interface AssistantStatus {
  readonly channel: string;
  readonly threadTs: string;
  readonly status: string;
  /** Shown in turn beside the status; none in most. */
  readonly loadingMessages: readonly string[];
}

interface Shown {
  readonly status: AssistantStatus;
  readonly cancel: () => void;
}

/**
 * The statuses that are shown at the moment. Slack takes one away after two minutes, or when the app posts in its thread.
 *
 * @see https://docs.slack.dev/reference/methods/assistant.threads.setStatus "A two minute timeout applies"
 */
export class AssistantStatuses {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #onChange: (status: AssistantStatus) => void;
  readonly #shown = new Map<string, Shown>();

  /** @param onChange - hears each status, and one with an empty text when it ends. */
  constructor(clock: Clock, lifeMs: number, onChange: (status: AssistantStatus) => void) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
    this.#onChange = onChange;
  }

  /** Shows a status; an empty text ends the one before. */
  set(status: AssistantStatus): void {
    const { channel, threadTs } = status;
    this.#forget(channel, threadTs);
    if (status.status !== "") {
      const cancel = this.#clock.setTimer(() => this.end(channel, threadTs), this.#lifeMs);
      this.#shown.set(`${channel} ${threadTs}`, { status, cancel });
    }
    this.#onChange(status);
  }

  /** Takes away the status of a thread, if it has one. */
  end(channel: string, threadTs: string): void {
    if (!this.#forget(channel, threadTs)) return;
    this.#onChange({ channel, threadTs, status: "", loadingMessages: [] });
  }

  /** Oldest first. */
  list(): readonly AssistantStatus[] {
    return [...this.#shown.values()].map(({ status }) => status);
  }

  clear(): void {
    for (const { cancel } of this.#shown.values()) cancel();
    this.#shown.clear();
  }

  #forget(channel: string, threadTs: string): boolean {
    const key = `${channel} ${threadTs}`;
    this.#shown.get(key)?.cancel();
    return this.#shown.delete(key);
  }
}
