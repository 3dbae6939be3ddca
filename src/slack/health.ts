import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock } from "../engine/ports/clock.ts";
import { toSlackFailure } from "./errors.ts";
import type { SlackMeters } from "./meters.ts";
import { isTokenRefusal, refusedTokenRemedy } from "./token-refusals.ts";

/** Slack's reason for ending connections after Socket Mode was switched off. */
const LINK_DISABLED = "link_disabled";

/**
 * How long a process without a web socket counts as ready. Reconnecting takes seconds; most incidents of Slack's are over by then; and
 * taken out of a load balancer, it could not accept webhooks either, which work without Slack.
 */
const AWAY_MS = 5 * 60_000;

export interface SlackHealthOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meters: SlackMeters;
  /** Called once, with what the operator has to do, when Slack takes the app no more. */
  readonly onRefused: (remedy: string) => void;
}

/** What this process knows of its standing with Slack. */
export class SlackHealth {
  /** Those that were given, which also feed this. */
  readonly meters: SlackMeters;
  readonly #options: SlackHealthOptions;
  #remedy: string | null = null;
  #checking: Promise<void> | null = null;
  /** By the monotonic clock; `null`: a socket is open, or none is wanted. */
  #awaySince: number | null = null;

  constructor(options: SlackHealthOptions) {
    this.#options = options;
    this.meters = {
      ...options.meters,
      sockets: (open) => {
        options.meters.sockets(open);
        if (open > 0) this.#awaySince = null;
        else this.expectSockets();
      },
    };
  }

  /** From now on the process needs a web socket. */
  expectSockets(): void {
    this.#awaySince ??= this.#options.clock.elapsed();
  }

  /** Why Slack cannot be served; `null`: it can, as far as is known. */
  notReady(): string | null {
    if (this.#remedy !== null) return this.#remedy;
    if (this.#awaySince === null) return null;
    const awayMs = this.#options.clock.elapsed() - this.#awaySince;
    if (awayMs < AWAY_MS) return null;
    return `There has been no connection to Slack for ${Math.floor(awayMs / 60_000)} minutes: see https://slack-status.com and the log.`;
  }

  /** Slack takes the app-level token no more, or has switched Socket Mode off. */
  refuseApp(code: string): void {
    this.refuse(
      code === LINK_DISABLED
        ? "Socket Mode was switched off for this app (link_disabled): switch it on at https://api.slack.com/apps, or set SLACK_SIGNING_SECRET without SLACK_APP_TOKEN to receive events over HTTP."
        : refusedTokenRemedy("SLACK_APP_TOKEN", code),
    );
  }

  /**
   * Something says that the bot token is good for nothing any more. Slack has refused good tokens by mistake, so it is asked again before
   * that is believed. Never rejects.
   */
  doubtToken(client: WebClient, why: string): Promise<void> {
    if (this.#remedy !== null) return Promise.resolve();
    this.#checking ??= this.#check(client, why).finally(() => (this.#checking = null));
    return this.#checking;
  }

  async #check(client: WebClient, why: string): Promise<void> {
    const { logger } = this.#options;
    logger.warn({ why }, "Slack may take the bot token no more; asking again");
    try {
      await client.auth.test();
      logger.info("Slack still takes the bot token");
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind !== "refused" || !isTokenRefusal(failure.code)) return;
      this.refuse(refusedTokenRemedy("SLACK_BOT_TOKEN", failure.code));
    }
  }

  /** Slack takes the app no more. @param remedy - what happened, and what the operator has to do. */
  refuse(remedy: string): void {
    if (this.#remedy !== null) return;
    this.#remedy = remedy;
    this.#options.onRefused(remedy);
  }
}
