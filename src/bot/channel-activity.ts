import type { WebClient } from "@slack/web-api";
import { readOwn } from "../shared/json.ts";
import { toSlackFailure } from "../slack/errors.ts";
import type { Slack } from "../slack/slack.ts";

/** Channels that are looked into; a bot that is in more has missed something in one of them. */
const MAX_CHANNELS = 30;
/** Messages that are read of each. */
const MESSAGES = 20;

/** Did people do something in one of these channels between two moments? @param names - `null`: all that the bot is in. */
export type WasActive = (
  names: readonly string[] | null,
  from: number,
  until: number,
) => Promise<boolean>;

/**
 * Looks into the history of channels, each once for each time span. A reaction to an older message leaves no trace there.
 *
 * Throws what the Web API client throws; a channel that Slack does not show counts as quiet.
 */
export function createChannelActivity(
  client: WebClient,
  { channels }: Pick<Slack, "channels">,
): WasActive {
  const looks = new Map<string, Promise<boolean>>();
  const look = (channel: string, from: number, until: number): Promise<boolean> => {
    const key = `${channel} ${from} ${until}`;
    const known = looks.get(key) ?? wasWrittenTo(client, channel, from, until);
    looks.set(key, known);
    known.catch(() => looks.delete(key));
    return known;
  };
  return async (names, from, until) => {
    const found = names ? await Promise.all(names.map((name) => channels.find(name))) : null;
    const ids = found?.filter((id) => id !== null) ?? (await channels.own());
    for (const id of ids.slice(0, MAX_CHANNELS)) if (await look(id, from, until)) return true;
    return ids.length > MAX_CHANNELS;
  };
}

/** By a person, or by Slack about one: joining is a message, too. */
async function wasWrittenTo(
  client: WebClient,
  channel: string,
  from: number,
  until: number,
): Promise<boolean> {
  try {
    const { messages = [] } = await client.conversations.history({
      channel,
      oldest: String(from / 1000),
      latest: String(until / 1000),
      limit: MESSAGES,
    });
    return messages.some((one) => typeof readOwn(one, "bot_id") !== "string");
  } catch (error) {
    if (toSlackFailure(error).kind === "refused") return false;
    throw error;
  }
}
