import type { WebClient } from "@slack/web-api";

/** The part of Slack's Web API that the service uses. The client must neither wait nor repeat: the engine does both, durably. */
export interface SlackClient {
  readonly chat: Pick<WebClient["chat"], "postMessage">;
  readonly conversations: Pick<WebClient["conversations"], "history" | "list" | "open" | "replies">;
}
