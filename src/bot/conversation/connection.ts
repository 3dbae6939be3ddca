import type { WebClient } from "@slack/web-api";

/** The Web API, and who the bot is, as Bolt gives them with an event. */
export interface Connection {
  readonly client: WebClient;
  readonly botUserId: string | undefined;
}
