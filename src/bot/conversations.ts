import type { Clock } from "../engine/ports/clock.ts";
import type { Conversations } from "../engine/ports/conversations.ts";
import { readMessage } from "../slack/messages.ts";
import type { Slack } from "../slack/slack.ts";

/** How long an unknown channel name is not looked up again, in milliseconds. */
const UNKNOWN_MS = 60_000;

/** What triggers look up in Slack. Its methods throw what the Web API client throws. */
export function createConversations({ channels, lookup }: Slack, clock: Clock): Conversations {
  // A definition may name a channel that does not exist: that must not list all channels with each message.
  const unknownUntil = new Map<string, number>();
  return {
    resolveChannel: async (channel) => {
      if ((unknownUntil.get(channel) ?? 0) > clock.now()) return null;
      const found = await channels.find(channel);
      if (found === null) unknownUntil.set(channel, clock.now() + UNKNOWN_MS);
      return found;
    },
    readMessage: (channel, ts) => readMessage(lookup, channel, ts),
  };
}
