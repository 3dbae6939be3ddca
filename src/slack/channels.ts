import { omitUndefined } from "../shared/omit-undefined.ts";
import type { SlackClient } from "./clients.ts";

/** Pages of 200 channels that are searched for a name. */
const MAX_PAGES = 25;

/** `<#C123|general>` and `<@U123>` as what they name; everything else as it is. */
export function readMention(channel: string): string {
  return /^<[#@]([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(channel.trim())?.[1] ?? channel.trim();
}

/** A person's id: messages to it go to the direct conversation with the bot. */
export function isPersonId(channel: string): boolean {
  return /^[UW][A-Z0-9]{4,}$/.test(channel);
}

/**
 * Resolves what a definition or a person named to a conversation id: an id stays, a person becomes the DM with them, `#name`
 * becomes the channel's id. Results are cached for the life of the process.
 */
export interface ChannelFinder {
  /** @returns the id, or `null` if the bot can see no such channel. Throws what the Web API client throws. */
  find(channel: string): Promise<string | null>;
}

export function createChannelFinder(client: Pick<SlackClient, "conversations">): ChannelFinder {
  const known = new Map<string, string>();

  async function openDirect(userId: string): Promise<string | null> {
    const answer = await client.conversations.open({ users: userId });
    return answer.channel?.id ?? null;
  }

  async function findByName(name: string): Promise<string | null> {
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = await client.conversations.list({
        types: "public_channel,private_channel",
        exclude_archived: true,
        limit: 200,
        ...omitUndefined({ cursor }),
      });
      for (const channel of answer.channels ?? [])
        if (channel.name === name) return channel.id ?? null;
      cursor = answer.response_metadata?.next_cursor;
      if (!cursor) return null;
    }
    return null;
  }

  async function find(channel: string): Promise<string | null> {
    const target = readMention(channel);
    if (/^[CGD][A-Z0-9]{4,}$/.test(target)) return target;
    const remembered = known.get(target);
    if (remembered !== undefined) return remembered;
    const id = isPersonId(target)
      ? await openDirect(target)
      : await findByName(target.replace(/^#/, "").toLowerCase());
    if (id !== null) known.set(target, id);
    return id;
  }

  return { find };
}
