import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import { LruMap } from "../shared/lru-map.ts";
import type { ChannelFinder } from "./channels.ts";
import { readChannelMembers } from "./members.ts";

/**
 * How old an answer may be, in milliseconds: a copy that a person gets a minute too late, or need not get, does no harm. That Slack
 * did not say is kept as long, so that many requests in one channel do not ask again and again.
 */
const KNOWN_MS = 60_000;
/** Channels that answers are kept of; those that were asked about first go first. */
const MAX_CHANNELS = 1000;
/** Pages of 999 members that are read. */
const MAX_PAGES = 5;

/** Who sees a channel, as far as Slack says: for whom to write to, never for who may do what. */
export interface ChannelWatch {
  /**
   * At most a minute old; of very large channels the first 4995.
   *
   * @returns `null` if Slack does not say. Never rejects.
   */
  membersOf(channel: string): Promise<ReadonlySet<string> | null>;
  /**
   * Why it is closed to the bot, as Slack's error would say: it is archived, or the bot does not see it. As old as the facts of
   * channels.
   *
   * @returns `null` if it is open, or Slack does not say. Never rejects.
   */
  whyClosed(channel: string): Promise<string | null>;
  /** Who is in a channel is asked anew. */
  forget(): void;
}

export function createChannelWatch(
  client: WebClient,
  channels: Pick<ChannelFinder, "facts">,
  clock: Clock,
): ChannelWatch {
  const known = new LruMap<string, { readonly at: number; readonly members: Answer }>(MAX_CHANNELS);
  return {
    forget: () => known.clear(),
    whyClosed: async (channel) => {
      // Direct conversations are not archived.
      if (channel.startsWith("D")) return null;
      try {
        const facts = await channels.facts(channel);
        if (facts === null) return "channel_not_found";
        return facts.isArchived ? "is_archived" : null;
      } catch {
        return null;
      }
    },
    membersOf: (channel) => {
      const last = known.get(channel);
      if (last !== undefined && clock.now() - last.at < KNOWN_MS) return last.members;
      const members = readChannelMembers(client, channel, MAX_PAGES).then(
        (people) => new Set(people),
        () => null,
      );
      known.set(channel, { at: clock.now(), members });
      return members;
    },
  };
}

type Answer = ReturnType<ChannelWatch["membersOf"]>;
