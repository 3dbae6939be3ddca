import type { WebClient } from "@slack/web-api";

/** The part of Slack's Web API that the service uses. The client must neither wait nor repeat: the engine does both, durably. */
export interface SlackClient {
  readonly chat: Pick<WebClient["chat"], "postMessage">;
  readonly conversations: Pick<WebClient["conversations"], "history" | "list" | "open" | "replies">;
}

/** Pages of channels that a name is looked for in. */
const MAX_PAGES = 25;
const PAGE_SIZE = 200;

/** `<#C123|general>` and `<@U123>` as what they name; everything else as it is. */
export function readMention(channel: string): string {
  return /^<[#@]([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(channel.trim())?.[1] ?? channel.trim();
}

/** A person's id: messages to it go to the direct conversation with the bot. */
export function isPersonId(channel: string): boolean {
  return /^[UW][A-Z0-9]{4,}$/.test(channel);
}

/**
 * The id of the conversation that was named: an id stays, a person becomes the direct conversation, a name its channel.
 *
 * @returns `null` if the bot can see no such channel. Throws what the Web API client throws.
 */
export async function conversationId(client: SlackClient, channel: string): Promise<string | null> {
  if (/^[CGD][A-Z0-9]{4,}$/.test(channel)) return channel;
  if (isPersonId(channel)) {
    return (await client.conversations.open({ users: channel })).channel?.id ?? null;
  }
  return findByName(client, channel.replace(/^#/, "").toLowerCase());
}

async function findByName(client: SlackClient, name: string): Promise<string | null> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await client.conversations.list({
      types: "public_channel,private_channel",
      exclude_archived: true,
      limit: PAGE_SIZE,
      ...(cursor !== undefined && { cursor }),
    });
    const found = answer.channels?.find((one) => one.name === name);
    if (found?.id !== undefined) return found.id;
    cursor = answer.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === "") return null;
  }
  return null;
}
