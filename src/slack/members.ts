import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { createSharedAnswers } from "./shared-answers.ts";

/** Members of one channel that are read: 20 pages of 1000. */
const MAX_PAGES = 20;

/** Slack's own errors for "there is no such group or channel here". */
const NOT_THERE = new Set([
  "no_such_subteam",
  "subteam_not_found",
  "invalid_usergroup",
  "channel_not_found",
  "not_in_channel",
]);

/** Reads who belongs to something that has an id. */
export interface Members {
  /**
   * The members as they are now, at most two seconds old; a minute at most while Slack limits the calls.
   *
   * @returns `null` if there is nothing with this id. @throws {AppError} `slack_unavailable`, `slack_rejected`.
   */
  of(id: string): Promise<readonly string[] | null>;
}

/** The members of user groups, by the group's id. */
export function createGroupMembers(client: WebClient, clock: Clock): Members {
  const read = async (usergroup: string) =>
    (await client.usergroups.users.list({ usergroup })).users ?? [];
  const describe = (id: string): string => `reading the members of the user group ${id}`;
  return { of: createSharedAnswers({ describe, read, notThere: NOT_THERE, clock }) };
}

/** The members of channels that the bot sees, by the channel's id. */
export function createChannelMembers(client: WebClient, clock: Clock): Members {
  const read = (channel: string) => readChannelMembers(client, channel);
  const describe = (id: string): string => `reading the members of the channel ${id}`;
  return { of: createSharedAnswers({ describe, read, notThere: NOT_THERE, clock }) };
}

/** The members of a channel as Slack says now. @param maxPages - of a thousand; what is beyond is left out. */
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
      limit: 1000,
      ...omitUndefined({ cursor }),
    });
    members.push(...(answer.members ?? []));
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) break;
  }
  return members;
}
