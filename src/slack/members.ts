import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { SharedAnswers } from "./shared-answers.ts";

/** Members of one channel that are read; Slack gives at most 999 on a page. */
const MAX_PAGES = 20;
const PAGE_SIZE = 999;

/** Slack's own errors for "there is no such channel here". */
const NOT_THERE = new Set(["channel_not_found", "not_in_channel"]);

/** The members of channels that the bot sees, by the channel's id. */
export function createChannelMembers(
  client: WebClient,
  clock: Clock,
): SharedAnswers<readonly string[]> {
  return new SharedAnswers<readonly string[]>({
    describe: (id) => `reading the members of the channel ${id}`,
    read: (channel) => readChannelMembers(client, channel),
    notThere: NOT_THERE,
    clock,
  });
}

/** The members of a channel as Slack says now. @param maxPages - of 999; what is beyond is left out. */
export async function readChannelMembers(
  client: WebClient,
  channel: string,
  maxPages = MAX_PAGES,
): Promise<readonly string[]> {
  const members: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const answer = await client.conversations.members({
      channel,
      limit: PAGE_SIZE,
      ...omitUndefined({ cursor }),
    });
    members.push(...(answer.members ?? []));
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) break;
  }
  return members;
}
