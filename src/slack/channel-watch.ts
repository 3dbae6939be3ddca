import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import { LruMap } from "../shared/lru-map.ts";
import { toSlackFailure } from "./errors.ts";
import { readChannelMembers } from "./members.ts";

/**
 * How old an answer may be, in milliseconds: a copy that a person gets a minute too late, or need not get, does no harm. That Slack
 * did not say is kept as long, so that many requests in one channel do not ask again and again.
 */
const KNOWN_MS = 60_000;
/** Channels that answers are kept of; those that were asked about first go first. */
const MAX_CHANNELS = 1000;
/** Pages of a thousand members that are read. */
const MAX_PAGES = 5;

/** Who sees a channel, as far as Slack says: for whom to write to, never for who may do what. */
export interface ChannelWatch {
  /**
   * At most a minute old; of very large channels the first 5000.
   *
   * @returns `null` if Slack does not say. Never rejects.
   */
  membersOf(channel: string): Promise<ReadonlySet<string> | null>;
  /** Is it archived, or closed to the bot? At most a minute old; `false` if Slack does not say. Never rejects. */
  isClosed(channel: string): Promise<boolean>;
  /** Everything is asked anew. */
  forget(): void;
}

export function createChannelWatch(client: WebClient, clock: Clock): ChannelWatch {
  const known = new LruMap<string, { readonly at: number; readonly members: Answer }>(MAX_CHANNELS);
  const closed = new LruMap<string, { readonly at: number; readonly answer: Promise<boolean> }>(
    MAX_CHANNELS,
  );
  return {
    forget: () => {
      known.clear();
      closed.clear();
    },
    isClosed: (channel) => {
      const last = closed.get(channel);
      if (last !== undefined && clock.now() - last.at < KNOWN_MS) return last.answer;
      const answer = readClosed(client, channel);
      closed.set(channel, { at: clock.now(), answer });
      return answer;
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

async function readClosed(client: WebClient, channel: string): Promise<boolean> {
  // Nothing is known of direct conversations without a scope of their own; they are not archived either.
  if (channel.startsWith("D")) return false;
  try {
    const answer = await client.conversations.info({ channel });
    return answer.channel?.is_archived === true;
  } catch (error) {
    const failure = toSlackFailure(error);
    return failure.kind === "refused" && failure.code === "channel_not_found";
  }
}
