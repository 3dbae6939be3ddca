import type { Logger } from "pino";
import type { CardRecord, CardStore } from "../../../engine/ports/cards.ts";
import type { Clock } from "../../../engine/ports/clock.ts";
import { type SlackFailure, toSlackFailure } from "../../../slack/errors.ts";
import type { OutgoingCall } from "../../../slack/outgoing/limits.ts";
import type { Urgency } from "../../../slack/outgoing/order.ts";
import type { OutgoingQueue, Turn } from "../../../slack/outgoing/queue.ts";
import type { CardContext } from "../../views/card-context.ts";
import type { ExecutionCards } from "../execution-cards.ts";
import type { Troubles } from "../troubles.ts";
import type { LiveApi } from "./live-api.ts";

export interface LiveRunsOptions {
  readonly api: LiveApi;
  readonly cards: CardStore;
  readonly queue: OutgoingQueue;
  readonly troubles: Troubles;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Reconciles a run again. */
  readonly sync: (executionId: string) => void;
}

/** One pass over a run. */
export interface LivePass {
  readonly execution: ExecutionCards;
  readonly context: CardContext;
  /** Waits for the turn of a call. @returns `null` if something changed meanwhile. */
  readonly turn: (call: OutgoingCall, urgency: Urgency) => Promise<Turn | null>;
}

/**
 * - `nothing`: Slack shows what it should, or the time for more has not come.
 * - `called`: something was done, and more may be to do.
 * - `changed`: the run changed while it waited for its turn.
 */
export type LiveStep = "nothing" | "called" | "changed";

/** A run that is over sooner shows no session and no stream: two calls for what no person sees. In milliseconds. */
export const BEGIN_AFTER_MS = 2000;

/** Calls, records and the time for the next look, for the signs of a run at work. */
export class LiveCalls {
  readonly #options: LiveRunsOptions;
  /** Runs that are reconciled again later, with what cancels that. */
  readonly #wakes = new Map<string, () => void>();

  constructor(options: LiveRunsOptions) {
    this.#options = options;
  }

  /** Cancels what was to be reconciled later. */
  stop(): void {
    for (const cancel of this.#wakes.values()) cancel();
    this.#wakes.clear();
  }

  /** Reconciles the run again after so many milliseconds. */
  wake(executionId: string, inMs: number): void {
    const { clock, sync } = this.#options;
    this.#wakes.get(executionId)?.();
    const cancel = clock.after(Math.max(Math.ceil(inMs), 0), () => {
      this.#wakes.delete(executionId);
      sync(executionId);
    });
    this.#wakes.set(executionId, cancel);
  }

  /**
   * Makes a call that has its turn, and lets the record rest after a failure that may pass.
   *
   * @param call - `null`: it only reads, and waits for no turn. @param id - of the record that it is about. @returns why it failed;
   * `null`: it did not.
   */
  async attempt(
    call: OutgoingCall | null,
    id: string,
    run: () => Promise<void>,
  ): Promise<SlackFailure | null> {
    const { queue, troubles, logger, clock } = this.#options;
    try {
      await run();
      troubles.over(id);
      return null;
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind === "refused") {
        logger.debug({ card: id, slackError: failure.code }, "Slack shows no such sign of a run");
      } else if (failure.kind === "limited" && call !== null) {
        await queue.limited(call, failure.retryAfterMs);
      } else {
        const tries = troubles.away(id, failure.kind === "limited" ? failure.retryAfterMs : 0);
        logger.info({ card: id, err: error, tries }, "could not show a run at work; retrying");
        const at = troubles.nextOf([id]);
        if (at !== null) this.wake(id.slice(0, id.indexOf(":")), at - clock.now());
      }
      return failure;
    }
  }

  /** Stores a new record. @returns `false` if another process was first. */
  async insert({ execution }: LivePass, record: CardRecord): Promise<boolean> {
    if (!(await this.#options.cards.insert(record))) return false;
    execution.records.set(record.id, record);
    return true;
  }

  async save({ execution }: LivePass, record: CardRecord): Promise<void> {
    await this.#options.cards.save(record);
    execution.records.set(record.id, record);
  }
}
