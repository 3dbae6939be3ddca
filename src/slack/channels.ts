import type { WebClient } from "@slack/web-api";
import { type Clock, systemClock } from "../engine/ports/clock.ts";
import { type ChannelFacts, createChannelFacts } from "./channel-facts.ts";
import type { SlackClient } from "./clients.ts";
import { toSlackFailure } from "./errors.ts";
import { OwnChannels } from "./own-channels.ts";
import type { SharedAnswers } from "./shared-answers.ts";

/** Slack's errors for a channel that the bot cannot write to any more (docs.slack.dev/reference/methods/chat.postMessage, chat.update). */
const CLOSED = new Set(["channel_not_found", "is_archived", "is_inactive", "not_in_channel"]);

/** `<#C123|general>` and `<@U123>` as what they name; everything else as it is. */
export function readMention(channel: string): string {
  return /^<[#@]([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(channel.trim())?.[1] ?? channel.trim();
}

/** A person's id: messages to it go to the direct conversation with the bot. */
export function isPersonId(channel: string): boolean {
  return /^[UW][A-Z0-9]{4,}$/.test(channel);
}

/** Where people, groups and channels may be named: is it a channel? */
export function isChannelName(name: string): boolean {
  return /^(?:#|<#|[CG][A-Z0-9]+$)/.test(name);
}

/** An id of a conversation, be it a channel or direct. */
export function isChannelId(channel: string): boolean {
  return /^[CGD][A-Z0-9]{4,}$/.test(channel);
}

function plainName(channel: string): string {
  return channel.replace(/^#/, "").toLowerCase();
}

/** Resolves what a definition or a person named to a conversation. Its methods throw what the Web API client throws. */
export interface ChannelFinder {
  /**
   * The conversation's id: an id stays, a person becomes the direct conversation with them, `#name` a channel that the bot is in.
   *
   * @returns `null` if the bot is in no such channel.
   */
  find(channel: string): Promise<string | null>;
  /** The ids of the channels that the bot is in, without those that are archived. */
  own(): Promise<readonly string[]>;
  /** Does this name, id or mention mean the channel with this id? Costs one question about the channel at most, never a search. */
  means(channel: string, id: string): Promise<boolean>;
  /** Facts about a channel; `null` if the bot sees none with this id, or it is a direct conversation. @throws {AppError} */
  facts(id: string): Promise<ChannelFacts | null>;
  /**
   * Do people of other organizations read this channel? A direct conversation is never shared.
   *
   * @returns also `true` if the bot sees no such channel: it is not known who reads it. @throws {AppError} while Slack does not say.
   */
  isShared(id: string): Promise<boolean>;
  /** To be called with what a call about a channel threw: if the channel is closed to the bot, it is forgotten. */
  refused(id: string, error: unknown): void;
  /** Slack reported a change. */
  readonly changes: ChannelChanges;
}

/** What Slack reports by events. */
export interface ChannelChanges {
  /** The bot came in, or the channel is open again. */
  opened(id: string): Promise<void>;
  /** The bot left, or the channel was archived or deleted. */
  closed(id: string): void;
  renamed(id: string, name: string): void;
  /** It was shared with another organization, or is not any more. */
  shared(id: string): Promise<void>;
}

type Client = Pick<SlackClient, "users"> & {
  readonly conversations: Pick<WebClient["conversations"], "info" | "open">;
};

export function createChannelFinder(client: Client, clock: Clock = systemClock): ChannelFinder {
  const own = new OwnChannels(client, clock);
  const known = createChannelFacts(client, clock);
  const openDirect = createDirect(client);

  async function find(channel: string): Promise<string | null> {
    const target = readMention(channel);
    if (isChannelId(target)) return target;
    return isPersonId(target) ? openDirect(target) : own.idOf(plainName(target));
  }

  async function means(channel: string, id: string): Promise<boolean> {
    const target = readMention(channel);
    if (isChannelId(target)) return target === id;
    if (isPersonId(target) || id.startsWith("D")) return (await find(target)) === id;
    const one = (await own.get(id)) ?? (await known.of(id, "recent"));
    return one?.name === plainName(target);
  }

  const changes = createChanges(own, known);
  return {
    find,
    own: () => own.ids(),
    means,
    facts: async (id) => (id.startsWith("D") ? null : known.of(id)),
    isShared: async (id) => {
      if (id.startsWith("D")) return false;
      const channel = (await own.get(id)) ?? (await known.of(id, "recent"));
      return channel?.isShared ?? true;
    },
    refused: (id, error) => {
      const failure = toSlackFailure(error);
      if (failure.kind !== "refused" || !CLOSED.has(failure.code)) return;
      changes.closed(id);
      // Another channel may have its name by now.
      own.expire();
    },
    changes,
  };
}

/** A direct conversation keeps its id, so it is opened once. */
function createDirect(client: Client): (person: string) => Promise<string | null> {
  const direct = new Map<string, Promise<string | null>>();
  return (person) => {
    const asked = direct.get(person);
    if (asked !== undefined) return asked;
    const opening = client.conversations
      .open({ users: person })
      .then((answer) => answer.channel?.id ?? null);
    direct.set(person, opening);
    opening.then(
      (id) => id === null && direct.delete(person),
      () => direct.delete(person),
    );
    return opening;
  };
}

function createChanges(own: OwnChannels, known: SharedAnswers<ChannelFacts>): ChannelChanges {
  const opened = async (id: string): Promise<void> => {
    known.forget(id);
    // The event says neither its name nor who reads it.
    const channel = await known.of(id).catch(() => null);
    if (channel === null) {
      own.remove(id);
      own.expire();
      return;
    }
    const { name, isShared, isMember, isArchived } = channel;
    if (name !== null && isMember && !isArchived) own.add(id, { name, isShared });
  };
  return {
    opened,
    shared: opened,
    closed: (id) => {
      own.remove(id);
      known.forget(id);
    },
    renamed: (id, name) => {
      known.forget(id);
      own.rename(id, name);
    },
  };
}
