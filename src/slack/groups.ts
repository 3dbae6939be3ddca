import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";

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
