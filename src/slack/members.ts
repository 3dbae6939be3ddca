import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { toSlackError, toSlackFailure } from "./errors.ts";

/** Questions within this time share one answer: Slack allows about 20 calls a minute for groups. */
const SHARED_MS = 2000;

/** How old an answer may be while Slack limits the calls; with an older one the click has to wait. */
const LIMITED_MS = 60_000;

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

interface Known {
  readonly members: readonly string[] | null;
  readonly at: number;
}

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
  return createMembers({ what: "user group", read, clock });
}

/** The members of channels that the bot sees, by the channel's id. */
export function createChannelMembers(client: WebClient, clock: Clock): Members {
  return createMembers({ what: "channel", read: (channel) => readChannel(client, channel), clock });
}

async function readChannel(client: WebClient, channel: string): Promise<readonly string[]> {
  const members: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
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

interface MembersOptions {
  /** For errors: `user group`. */
  readonly what: string;
  readonly read: (id: string) => Promise<readonly string[]>;
  readonly clock: Clock;
}

function createMembers({ what, read, clock }: MembersOptions): Members {
  const known = new Map<string, Known>();
  const reading = new Map<string, Promise<readonly string[] | null>>();

  async function ask(id: string): Promise<readonly string[] | null> {
    const at = clock.now();
    try {
      const members = await read(id);
      known.set(id, { members, at });
      return members;
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind === "refused" && NOT_THERE.has(failure.code)) {
        known.set(id, { members: null, at });
        return null;
      }
      const last = known.get(id);
      if (failure.kind === "limited" && last && at - last.at < LIMITED_MS) return last.members;
      throw toSlackError(error, `reading the members of the ${what} ${id}`);
    }
  }

  return {
    of: (id) => {
      const last = known.get(id);
      if (last && clock.now() - last.at < SHARED_MS) return Promise.resolve(last.members);
      const underWay = reading.get(id);
      if (underWay) return underWay;
      const started = ask(id).finally(() => reading.delete(id));
      reading.set(id, started);
      return started;
    },
  };
}
