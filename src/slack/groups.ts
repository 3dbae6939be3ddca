import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import { toSlackError, toSlackFailure } from "./errors.ts";

/** How long the list of user groups (not their members) may be old. */
const TTL_MS = 30_000;

/** Ids of user groups by handle, in small letters and without `@`. */
export type GroupIds = ReadonlyMap<string, string>;

/** The workspace's user groups. */
export interface GroupFinder {
  /** At most half a minute old. Throws what the Web API client throws. */
  ids(): Promise<GroupIds>;
  /** The same for display: if Slack does not answer, the last known ones. */
  lastKnownIds(): Promise<GroupIds>;
}

export function createGroupFinder(client: WebClient, clock: Clock): GroupFinder {
  let known: GroupIds = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<GroupIds> | null = null;

  async function ids(): Promise<GroupIds> {
    if (clock.now() - readAt < TTL_MS) return known;
    // Concurrent callers share one call: after a restart every open request asks, and Slack allows about 20 calls a minute.
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  }

  async function read(): Promise<GroupIds> {
    const answer = await client.usergroups.list({ include_disabled: false });
    const found = new Map<string, string>();
    for (const { id, handle } of answer.usergroups ?? []) {
      if (id && handle) found.set(handle.toLowerCase(), id);
    }
    known = found;
    readAt = clock.now();
    return known;
  }

  async function lastKnownIds(): Promise<GroupIds> {
    if (clock.now() - failedAt < TTL_MS) return known;
    try {
      return await ids();
    } catch {
      failedAt = clock.now();
      return known;
    }
  }

  return { ids, lastKnownIds };
}

/** The id of a group that is named by id, handle or mention; `null` if there is none. */
export function groupIdOf(group: string, ids: GroupIds): string | null {
  const mention = /^<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>$/.exec(group);
  if (mention?.[1] !== undefined) return mention[1];
  if (/^S[A-Z0-9]{5,}$/.test(group)) return group;
  return ids.get(group.replace(/^@/, "").toLowerCase()) ?? null;
}

/** Slack's own errors for "there is no such group here". */
const NO_SUCH_GROUP = new Set(["no_such_subteam", "subteam_not_found", "invalid_usergroup"]);

/** Clicks within this time share one answer: Slack allows about 20 calls a minute. */
const SHARED_MS = 2000;

/** How old an answer may be while Slack limits the calls; with an older one the click has to wait. */
const LIMITED_MS = 60_000;

interface Known {
  readonly members: readonly string[] | null;
  readonly at: number;
}

/** Reads the members of user groups by id. */
export interface GroupMembers {
  /**
   * The members as they are now, at most two seconds old; a minute at most while Slack limits the calls.
   *
   * @returns `null` if there is no such group. @throws {AppError} `slack_unavailable`, `slack_rejected`.
   */
  of(groupId: string): Promise<readonly string[] | null>;
}

export function createGroupMembers(client: WebClient, clock: Clock): GroupMembers {
  const known = new Map<string, Known>();
  const reading = new Map<string, Promise<readonly string[] | null>>();

  async function read(groupId: string): Promise<readonly string[] | null> {
    const at = clock.now();
    try {
      const answer = await client.usergroups.users.list({ usergroup: groupId });
      const members = answer.users ?? [];
      known.set(groupId, { members, at });
      return members;
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind === "refused" && NO_SUCH_GROUP.has(failure.code)) {
        known.set(groupId, { members: null, at });
        return null;
      }
      const last = known.get(groupId);
      if (failure.kind === "limited" && last && at - last.at < LIMITED_MS) return last.members;
      throw toSlackError(error, `reading the members of the user group ${groupId}`);
    }
  }

  return {
    of: (groupId) => {
      const last = known.get(groupId);
      if (last && clock.now() - last.at < SHARED_MS) return Promise.resolve(last.members);
      const underWay = reading.get(groupId);
      if (underWay) return underWay;
      const started = read(groupId).finally(() => reading.delete(groupId));
      reading.set(groupId, started);
      return started;
    },
  };
}
