import type { Conversations } from "../engine/ports/conversations.ts";
import { readMessage } from "../slack/messages.ts";
import type { Slack } from "../slack/slack.ts";

/** What triggers look up in Slack. Its methods throw what the Web API client throws. */
export function createConversations({ channels, lookup }: Slack): Conversations {
  return {
    means: (name, channel) => channels.means(name, channel),
    readMessage: (channel, ts) => readMessage(lookup, channel, ts),
  };
}
