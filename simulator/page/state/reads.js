// @ts-check
/** Tracks what a person has read: unread marks in the sidebar, the "New" line, dots on threads. */

import { data, text } from "./shape.js";
import { recall, remember } from "./storage.js";

/** @typedef {import("./message-book.js").Message} Message */

export class Reads {
  /** @type {Record<string, string>} place (`channel` or `channel/thread`) → `ts` read last */
  #read;
  /** @type {Record<string, string>} where the "New" line stands while a place is open */
  #lines = {};
  #key;

  /** @param {string} me */
  constructor(me) {
    this.#key = `read.${me}`;
    this.#read = Object.fromEntries(
      Object.entries(data(recall("local", this.#key))).map(([place, ts]) => [place, text(ts)]),
    );
  }

  /** @param {string} place @param {string} ts @returns {void} forgets nothing: an earlier `ts` is ignored */
  mark(place, ts) {
    if (Number(this.#read[place] ?? 0) >= Number(ts)) return;
    this.#read[place] = ts;
    remember("local", this.#key, this.#read);
  }

  /** Takes everything as read in a place seen for the first time. @param {string} place @param {string} ts @returns {void} */
  start(place, ts) {
    this.#read[place] ??= ts;
  }

  /** Draws the "New" line above the first unread message, if there is one. @param {string} place @param {string} latest @returns {void} */
  open(place, latest) {
    if (this.isUnread(place, latest)) this.#lines = { [place]: this.#read[place] ?? "0" };
  }

  /** Takes the "New" line away. @returns {void} */
  leave() {
    this.#lines = {};
  }

  /** @param {string} place @returns {string | undefined} messages after this `ts` stand below the line */
  line(place) {
    return this.#lines[place];
  }

  /** @param {string} place @param {string} ts @returns {boolean} */
  isUnread(place, ts) {
    return Number(ts) > Number(this.#read[place] ?? 0);
  }

  /**
   * @param {string} place
   * @param {readonly Message[]} messages
   * @param {(message: Message) => boolean} mentions whether a message speaks to the reader
   * @param {string} me
   * @returns {{unread: number, mentions: number}}
   */
  count(place, messages, mentions, me) {
    const unread = messages.filter(
      (message) => this.isUnread(place, message.ts) && message["user"] !== me,
    );
    return { unread: unread.length, mentions: unread.filter(mentions).length };
  }
}
