import type { Notices } from "./mentions.ts";
import type { Ephemeral, Message } from "./records.ts";

/** Oldest messages are forgotten beyond this, so that a load test does not fill the memory. */
const MAX_MESSAGES_PER_CHANNEL = 10_000;
const MAX_EPHEMERALS_PER_CHANNEL = 1_000;
const MAX_NOTICES = 10_000;

export interface MessageData {
  readonly messages: { readonly [channel: string]: readonly Message[] };
  readonly ephemerals: { readonly [channel: string]: readonly Ephemeral[] };
  /** By channel and `ts`. */
  readonly notices?: { readonly [place: string]: Notices };
}

/** All messages by channel and `ts`. Records are replaced, never changed, so that callers may keep what they read. */
export class MessageStore {
  readonly #messages = new Map<string, Map<string, Message>>();
  readonly #ephemerals = new Map<string, Map<string, Ephemeral>>();
  /** The `ts` of replies, in order, by channel and thread. */
  readonly #replies = new Map<string, string[]>();
  /** Whom mentions notified, by channel and `ts` of their message. */
  readonly #notices = new Map<string, Notices>();

  constructor(data: MessageData = { messages: {}, ephemerals: {} }) {
    for (const [channel, messages] of Object.entries(data.messages)) {
      this.#messages.set(channel, new Map(messages.map((message) => [message.ts, message])));
      for (const message of messages) this.#index(channel, message);
    }
    for (const [channel, ephemerals] of Object.entries(data.ephemerals)) {
      this.#ephemerals.set(channel, new Map(ephemerals.map((one) => [one.message.ts, one])));
    }
    for (const [place, notices] of Object.entries(data.notices ?? {})) {
      this.#notices.set(place, notices);
    }
  }

  find(channel: string, ts: string): Message | undefined {
    return this.#messages.get(channel)?.get(ts);
  }

  /** Adds or replaces. A reply brings the counters of its parent up to date; the new parent is returned. */
  save(channel: string, message: Message): Message | undefined {
    const messages = this.#of(channel);
    const isNew = !messages.has(message.ts);
    messages.set(message.ts, message);
    if (isNew) this.#index(channel, message);
    if (messages.size > MAX_MESSAGES_PER_CHANNEL) this.#dropOldest(channel, messages);
    return isNew && isReply(message) ? this.#countReplies(channel, message) : undefined;
  }

  /** Removes a message and, for a reply, corrects its parent, which is returned. */
  remove(channel: string, ts: string): Message | undefined {
    const messages = this.#of(channel);
    const message = messages.get(ts);
    messages.delete(ts);
    if (message !== undefined) this.#unindex(channel, message);
    return message !== undefined && isReply(message)
      ? this.#countReplies(channel, message)
      : undefined;
  }

  /** The messages that the channel shows, oldest first: no replies, except those sent to the channel as well. */
  topLevel(channel: string): readonly Message[] {
    return [...(this.#messages.get(channel)?.values() ?? [])].filter(
      (message) => !isReply(message) || message.subtype === "thread_broadcast",
    );
  }

  /** A parent and its replies, oldest first. */
  thread(channel: string, threadTs: string): readonly Message[] {
    return [threadTs, ...(this.#replies.get(`${channel} ${threadTs}`) ?? [])]
      .map((ts) => this.find(channel, ts))
      .filter((message) => message !== undefined);
  }

  /** Forgets all that was said in a channel. */
  forget(channel: string): void {
    this.#messages.delete(channel);
    this.#ephemerals.delete(channel);
    for (const places of [this.#replies, this.#notices]) {
      for (const key of [...places.keys()]) {
        if (key.startsWith(`${channel} `)) places.delete(key);
      }
    }
  }

  saveNotices(channel: string, ts: string, notices: Notices): void {
    this.#notices.set(`${channel} ${ts}`, notices);
    if (this.#notices.size > MAX_NOTICES) dropOldest(this.#notices);
  }

  /** Whom the mentions in a message notified when it was posted. */
  notices(channel: string, ts: string): Notices | undefined {
    return this.#notices.get(`${channel} ${ts}`);
  }

  saveEphemeral(channel: string, ephemeral: Ephemeral): void {
    const ephemerals = this.#ephemerals.get(channel) ?? new Map<string, Ephemeral>();
    this.#ephemerals.set(channel, ephemerals);
    ephemerals.set(ephemeral.message.ts, ephemeral);
    if (ephemerals.size > MAX_EPHEMERALS_PER_CHANNEL) dropOldest(ephemerals);
  }

  ephemeral(channel: string, ts: string): Ephemeral | undefined {
    return this.#ephemerals.get(channel)?.get(ts);
  }

  removeEphemeral(channel: string, ts: string): void {
    this.#ephemerals.get(channel)?.delete(ts);
  }

  ephemeralsOf(channel: string, reader: string): readonly Message[] {
    return [...(this.#ephemerals.get(channel)?.values() ?? [])]
      .filter((ephemeral) => ephemeral.reader === reader)
      .map((ephemeral) => ephemeral.message);
  }

  toData(): MessageData {
    return {
      messages: listsOf(this.#messages),
      ephemerals: listsOf(this.#ephemerals),
      notices: Object.fromEntries(this.#notices),
    };
  }

  #of(channel: string): Map<string, Message> {
    const messages = this.#messages.get(channel) ?? new Map<string, Message>();
    this.#messages.set(channel, messages);
    return messages;
  }

  #index(channel: string, message: Message): void {
    if (!isReply(message)) return;
    const key = `${channel} ${message.thread_ts}`;
    const replies = this.#replies.get(key);
    if (replies === undefined) this.#replies.set(key, [message.ts]);
    else replies.push(message.ts);
  }

  #unindex(channel: string, message: Message): void {
    if (!isReply(message)) return;
    const key = `${channel} ${message.thread_ts}`;
    const left = (this.#replies.get(key) ?? []).filter((ts) => ts !== message.ts);
    if (left.length === 0) this.#replies.delete(key);
    else this.#replies.set(key, left);
  }

  /** Forgets the oldest message of a channel. */
  #dropOldest(channel: string, messages: Map<string, Message>): void {
    for (const [ts, message] of messages) {
      messages.delete(ts);
      this.#unindex(channel, message);
      return;
    }
  }

  #countReplies(channel: string, reply: Message): Message | undefined {
    const threadTs = reply.thread_ts ?? "";
    const parent = this.find(channel, threadTs);
    if (parent === undefined) return undefined;
    const replies = this.thread(channel, threadTs).filter((message) => message.ts !== threadTs);
    const { reply_count: _count, reply_users: _users, latest_reply: _latest, ...rest } = parent;
    const last = replies.at(-1);
    const counted: Message =
      last === undefined
        ? { ...rest, reply_count: 0 }
        : {
            ...rest,
            thread_ts: threadTs,
            reply_count: replies.length,
            reply_users: [...new Set(replies.map((message) => message.user))],
            latest_reply: last.ts,
          };
    this.#of(channel).set(threadTs, counted);
    return counted;
  }
}

/** True for a message inside a thread, false for its parent. */
export function isReply(message: Message): boolean {
  return message.thread_ts !== undefined && message.thread_ts !== message.ts;
}

/** A message as people's programs get it: the number of replies is always there. */
export function withReplyCount(message: Message): Message {
  return { ...message, reply_count: message.reply_count ?? 0 };
}

function dropOldest(entries: Map<string, unknown>): void {
  for (const key of entries.keys()) {
    entries.delete(key);
    return;
  }
}

function listsOf<T>(byChannel: Map<string, Map<string, T>>): Record<string, readonly T[]> {
  return Object.fromEntries(
    [...byChannel].map(([channel, entries]) => [channel, [...entries.values()]]),
  );
}
