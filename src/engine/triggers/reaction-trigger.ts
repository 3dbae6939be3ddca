import type { StartResult } from "../api/executions.ts";
import type { IncomingReaction } from "../api/triggers.ts";
import type { Clock } from "../ports/clock.ts";
import type { Conversations, ReactedMessage } from "../ports/conversations.ts";
import type { EventRun, SlackStarts } from "./slack-starts.ts";
import { type ActiveTrigger, memoizePerTrigger } from "./trigger-registry.ts";
import { ReactionConfig } from "./types/reaction.ts";

export interface ReactionTriggerOptions {
  readonly starts: SlackStarts;
  readonly conversations: Conversations;
  readonly clock: Clock;
}

/** Reactions to one message within this time share one reading of it: many may come at once. In milliseconds. */
const SHARED_MS = 2000;

/** Starts what reactions ask for: of one reaction each workflow once, however often it is delivered. */
export class ReactionTrigger {
  readonly #options: ReactionTriggerOptions;
  readonly #config = memoizePerTrigger((trigger) => ReactionConfig.parse(trigger.config));
  readonly #reading = new Map<string, { readonly at: number; readonly message: Reading }>();

  constructor(options: ReactionTriggerOptions) {
    this.#options = options;
  }

  /** @throws {AppError} `slack_rejected`, `slack_unavailable` if the message cannot be read: nothing is started then. */
  receive(reaction: IncomingReaction): Promise<readonly StartResult[]> {
    let message: Promise<ReactedMessage> | null = null;
    const readOnce = (): Promise<ReactedMessage> => (message ??= this.#read(reaction));
    return this.#options.starts.start("reaction", (trigger) =>
      this.#prepare(trigger, reaction, readOnce),
    );
  }

  async #prepare(
    trigger: ActiveTrigger,
    reaction: IncomingReaction,
    readOnce: () => Promise<ReactedMessage>,
  ): Promise<EventRun | null> {
    const { starts } = this.#options;
    const { eventId, user, place } = reaction;
    const { emoji, on, channels, users } = this.#config(trigger);
    const name = plainName(reaction.emoji);
    const { isRemoval = false } = reaction;
    if (on !== (isRemoval ? "removed" : "added")) return null;
    if (![emoji].flat().some((one) => plainName(one) === name)) return null;
    if (!(await starts.isIn(place.channel, channels))) return null;
    if (!(await starts.mayStart(user, users)) || !(await starts.admits(trigger))) return null;
    const { reactions, ...message } = await readOnce();
    if (!isRemoval && reactions !== undefined && isTakenBack(reaction, reactions)) return null;
    const { channel, threadTs } = message;
    return {
      ...{ key: `reaction:${eventId}`, user, channel },
      variables: { emoji: name, user, ...message },
      report: { channel, on: "all", threadTs },
    };
  }

  /** The message that it was added to, read at most a moment ago. */
  #read({ place: { channel, ts } }: IncomingReaction): Reading {
    const { clock, conversations } = this.#options;
    const now = clock.elapsed();
    for (const [key, { at }] of this.#reading) if (now - at >= SHARED_MS) this.#reading.delete(key);
    const key = `${channel}:${ts}`;
    const known = this.#reading.get(key);
    if (known !== undefined) return known.message;
    const message = conversations.readMessage(channel, ts);
    this.#reading.set(key, { at: now, message });
    message.catch(() => this.#reading.delete(key));
    return message;
  }
}

type Reading = Promise<ReactedMessage>;

/**
 * Has the person taken the emoji away again before the run began? Slack may leave people out of the list of one that many added
 * (https://docs.slack.dev/reference/methods/reactions.get), so that only a whole list shows it.
 */
function isTakenBack(
  { emoji, user }: IncomingReaction,
  reactions: NonNullable<ReactedMessage["reactions"]>,
): boolean {
  const same = reactions.filter(({ name }) => plainName(name) === plainName(emoji));
  return same.every(({ users, count }) => users.length >= count && !users.includes(user));
}

/** `:wave::skin-tone-3:` and `wave` are the same emoji. */
function plainName(emoji: string): string {
  return emoji.split("::")[0]?.replaceAll(":", "") ?? "";
}
