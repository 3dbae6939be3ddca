import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import { SharedAnswers } from "./shared-answers.ts";

/** A channel as far as the bot needs to know it. */
export interface ChannelFacts {
  readonly id: string;
  /** Without `#`; `null`: it has none. */
  readonly name: string | null;
  readonly isArchived: boolean;
  /** Is the bot in it? */
  readonly isMember: boolean;
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

interface SlackChannel {
  readonly name?: string;
  readonly is_archived?: boolean;
  readonly is_member?: boolean;
}

function toFacts(id: string, { name, is_archived, is_member }: SlackChannel): ChannelFacts {
  return {
    id,
    name: name ?? null,
    isArchived: is_archived === true,
    isMember: is_member === true,
  };
}
