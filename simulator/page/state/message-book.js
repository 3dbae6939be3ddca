// @ts-check
/** The messages that the page knows, by channel and `ts`. A change replaces the object, never edits it. */

import { dataList, text } from "./shape.js";

/** @typedef {import("./shape.js").Data} Data */
/** @typedef {Data & {ts: string, ephemeral?: boolean}} Message */

export class MessageBook {
  /** @type {Map<string, Map<string, Message>>} */
  #channels = new Map();
  /** @type {Map<string, {version: number, top: Message[]}>} */
  #topCache = new Map();
  /** @type {Map<string, number>} */
  #versions = new Map();

  /**
   * Adds or replaces; a message without `ts` is ignored.
   *
   * @param {string} channel
   * @param {Data} raw
   * @returns {Message | null} the stored message
   */
  save(channel, raw) {
    const ts = text(raw["ts"]);
    if (ts === "" || channel === "") return null;
    const message = { ...raw, ts };
    this.#of(channel).set(ts, message);
    this.#touch(channel);
    return message;
  }

  /** @returns {void} forgets everything */
  clear() {
    this.#channels.clear();
    this.#topCache.clear();
  }

  /** @param {string} channel @param {string} ts @returns {void} */
  remove(channel, ts) {
    this.#of(channel).delete(ts);
    this.#touch(channel);
  }

  /**
   * Replaces what is known of a channel, or of one thread in it, by what the server says now.
   *
   * @param {string} channel
   * @param {unknown} messages
   * @param {string} [thread]
   * @returns {void}
   */
  reload(channel, messages, thread) {
    for (const old of [...this.#of(channel).values()]) {
      const stale =
        thread === undefined
          ? !isReply(old)
          : text(old["thread_ts"]) === thread && old.ts !== thread;
      if (stale) this.#of(channel).delete(old.ts);
    }
    for (const raw of dataList(messages)) this.save(channel, raw);
    this.#touch(channel);
  }

  /** @param {string} channel @param {string} ts @returns {Message | undefined} */
  find(channel, ts) {
    return this.#channels.get(channel)?.get(ts);
  }

  /**
   * @param {(message: Message) => boolean} matches
   * @returns {{channel: string, ts: string} | undefined} the youngest in any channel
   */
  latest(matches) {
    const found = [...this.#channels].flatMap(([channel, messages]) =>
      [...messages.values()].filter(matches).map(({ ts }) => ({ channel, ts })),
    );
    return found.sort((a, b) => Number(a.ts) - Number(b.ts)).at(-1);
  }

  /** @param {string} channel @returns {Message[]} what the channel shows, oldest first */
  top(channel) {
    const version = this.#versions.get(channel) ?? 0;
    const cached = this.#topCache.get(channel);
    if (cached !== undefined && cached.version === version) return cached.top;
    const top = sorted(
      [...this.#of(channel).values()].filter(
        (message) => !isReply(message) || isBroadcast(message),
      ),
    );
    this.#topCache.set(channel, { version, top });
    return top;
  }

  /** @param {string} channel @param {string} thread @returns {Message[]} the replies, oldest first */
  replies(channel, thread) {
    return sorted(
      [...this.#of(channel).values()].filter(
        (message) => message["thread_ts"] === thread && message.ts !== thread,
      ),
    );
  }

  /** @param {string} channel @returns {Map<string, Message>} */
  #of(channel) {
    let messages = this.#channels.get(channel);
    if (messages === undefined) {
      messages = new Map();
      this.#channels.set(channel, messages);
    }
    return messages;
  }

  /** @param {string} channel @returns {void} */
  #touch(channel) {
    this.#versions.set(channel, (this.#versions.get(channel) ?? 0) + 1);
  }
}

/** @param {Message} message @returns {boolean} true inside a thread, false for its parent */
export function isReply(message) {
  const thread = text(message["thread_ts"]);
  return thread !== "" && thread !== message.ts;
}

/** @param {Message} message @returns {boolean} */
function isBroadcast(message) {
  return message["subtype"] === "thread_broadcast";
}

/** @param {Message[]} messages @returns {Message[]} */
function sorted(messages) {
  return messages.sort((a, b) => Number(a.ts) - Number(b.ts) || a.ts.localeCompare(b.ts));
}
