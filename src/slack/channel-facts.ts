import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import { SharedAnswers } from "./shared-answers.ts";

/** A channel as far as the bot needs to know it. */
export interface ChannelFacts {
  readonly id: string;
  /** Without `#`; `null`: it has none. */
  readonly name: string | null;
  /** Seen by its members alone. What Slack does not say counts as private. */
  readonly isPrivate: boolean;
  /** Or frozen, which is as closed. */
  readonly isArchived: boolean;
  /** Is the bot in it? */
  readonly isMember: boolean;
  /** Do people of other organizations read it, or are they invited? */
  readonly isShared: boolean;
}

/**
 * How old facts may be, in milliseconds: events correct them, but reach one process of several. `now` is for what is decided by
 * them, such as where a card goes.
 */
const AGES = {
  now: { usual: 60_000, limited: 600_000 },
  recent: { usual: 600_000, limited: 1_800_000 },
};

/** Channels by id; `null`: the bot sees no such channel. Never to be asked of direct conversations: that needs `im:read`. */
export function createChannelFacts(
  client: { readonly conversations: Pick<WebClient["conversations"], "info"> },
  clock: Clock,
): SharedAnswers<ChannelFacts> {
  return new SharedAnswers({
    describe: (id) => `looking at the channel ${id}`,
    read: async (channel) => {
      const answer = await client.conversations.info({ channel });
      return answer.channel === undefined ? null : toFacts(channel, answer.channel);
    },
    notThere: new Set(["channel_not_found"]),
    ages: AGES,
    clock,
  });
}

/**
 * Slack Connect, also where the other organization has not accepted yet. What is shared within one Enterprise organization
 * (`is_org_shared`) stays in it (docs.slack.dev/reference/objects/conversation-object).
 */
export function isSharedOutside({
  is_ext_shared,
  is_pending_ext_shared,
}: Pick<SlackChannel, "is_ext_shared" | "is_pending_ext_shared">): boolean {
  return is_ext_shared === true || is_pending_ext_shared === true;
}

interface SlackChannel {
  readonly name?: string;
  readonly is_private?: boolean;
  readonly is_archived?: boolean;
  /** Nothing can be posted or edited there either (`is_inactive`). */
  readonly is_frozen?: boolean;
  readonly is_member?: boolean;
  readonly is_ext_shared?: boolean;
  readonly is_pending_ext_shared?: boolean;
}

function toFacts(id: string, channel: SlackChannel): ChannelFacts {
  const { name, is_archived, is_frozen, is_member } = channel;
  return {
    id,
    name: name ?? null,
    isPrivate: channel.is_private !== false,
    isArchived: is_archived === true || is_frozen === true,
    isMember: is_member === true,
    isShared: isSharedOutside(channel),
  };
}
