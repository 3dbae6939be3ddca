import type { Clock } from "../clock.ts";
import { APP_ID, BOT_USER_ID, TEAM, VERIFICATION_TOKEN } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { createId } from "../workspace/ids.ts";
import { EventAllowance } from "./event-allowance.ts";
import type { Ack, Transport } from "./transport.ts";

export interface EventQueueOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly ackMs: number;
  /** Whether the app is reached by HTTP; it only changes what a retry gives as its reason. */
  readonly isHttp: boolean;
  /** Pauses before each retry. */
  readonly retriesMs: readonly number[];
  /** Deliveries per hour; beyond that, Slack sends `app_rate_limited` once a minute. */
  readonly perHour: number;
}

/** Where an event happened. */
export interface EventPlace {
  /** Whether in a channel that is shared with another organization. */
  readonly isShared?: boolean;
  /** The organization of the workspace, on Enterprise Grid. */
  readonly enterpriseId?: string;
}

/** Sends events and repeats those that were not acknowledged: at once, then after the pauses that Slack documents. */
export class EventQueue {
  readonly #options: EventQueueOptions;
  readonly #timers = new Set<() => void>();
  readonly #allowance: EventAllowance;
  #closed = false;

  constructor(options: EventQueueOptions) {
    this.#options = options;
    this.#allowance = new EventAllowance(options.clock, options.perHour);
  }

  /**
   * Delivers one event.
   *
   * @returns the acknowledgement of any attempt within the first acknowledgement time, else `operation_timeout`;
   * later attempts run in the background.
   * @param place - where it happened.
   */
  deliver(event: JsonObject, place: EventPlace = {}): Promise<Ack> {
    const { clock, ackMs } = this.#options;
    const startedAt = clock.now();
    if (!this.#allowance.take()) {
      if (this.#allowance.isFirstOfMinute()) void this.tellLimited();
      return Promise.resolve({ acked: false, ackMs: 0, error: "app_rate_limited" });
    }
    return new Promise((resolve) => {
      const giveUp = this.#later(
        () => resolve({ acked: false, ackMs: clock.now() - startedAt, error: "operation_timeout" }),
        ackMs,
      );
      this.#attempt(envelopeOf(event, startedAt, place), 0, "", (ack) => {
        giveUp();
        resolve({ ...ack, ackMs: clock.now() - startedAt });
      });
    });
  }

  /** Says that events were withheld: a payload of the Events API without an `event`. */
  tellLimited(): Promise<Ack> {
    const now = this.#options.clock.now();
    const payload = {
      token: VERIFICATION_TOKEN,
      type: "app_rate_limited",
      team_id: TEAM.id,
      minute_rate_limited: Math.floor(now / 60_000) * 60,
      api_app_id: APP_ID,
    };
    return this.#options.transport.send({ kind: "events_api", payload, acceptsResponse: false });
  }

  close(): void {
    this.#closed = true;
    for (const cancel of [...this.#timers]) cancel();
  }

  #attempt(payload: JsonObject, attempt: number, reason: string, done: (ack: Ack) => void): void {
    const { transport, retriesMs, isHttp } = this.#options;
    const retry = attempt === 0 ? {} : { retry: { attempt, reason } };
    void transport
      .send({ kind: "events_api", payload, acceptsResponse: false, ...retry })
      .then((ack) => {
        const pause = retriesMs[attempt];
        if (ack.acked || pause === undefined || ack.noRetry === true || this.#closed) done(ack);
        else
          this.#later(
            () => this.#attempt(payload, attempt + 1, reasonOf(ack, isHttp), done),
            pause,
          );
      });
  }

  #later(run: () => void, delayMs: number): () => void {
    const cancel = this.#options.clock.setTimer(() => {
      this.#timers.delete(stop);
      run();
    }, delayMs);
    const stop = (): void => {
      this.#timers.delete(stop);
      cancel();
    };
    this.#timers.add(stop);
    return stop;
  }
}

/** Over HTTP the reasons say so; over a socket there is but one. */
function reasonOf(ack: Ack, isHttp: boolean): string {
  if (ack.acked) return "";
  return isHttp ? (ack.reason ?? "http_timeout") : "timeout";
}

function envelopeOf(event: JsonObject, now: number, place: EventPlace): JsonObject {
  const enterprise = place.enterpriseId ?? null;
  return {
    token: VERIFICATION_TOKEN,
    team_id: TEAM.id,
    ...(enterprise === null ? {} : { enterprise_id: enterprise }),
    context_team_id: TEAM.id,
    context_enterprise_id: enterprise,
    api_app_id: APP_ID,
    event,
    type: "event_callback",
    event_id: createId("Ev"),
    event_time: Math.floor(now / 1_000),
    authorizations: [
      {
        enterprise_id: enterprise,
        team_id: TEAM.id,
        user_id: BOT_USER_ID,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: place.isShared === true,
    event_context: `4-${createId("")}`,
  };
}
