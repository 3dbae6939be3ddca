// @ts-check
/** The app's assistant status and suggested prompts. */

import { dataList, text } from "./shape.js";

/** @typedef {import("./shape.js").Data} Data */
/** @typedef {{title: string, message: string}} Prompt */
/** @typedef {{title: string, prompts: Prompt[]}} Prompts */
/** @typedef {{status: string, title: string, canStop: boolean}} Session `status` is one of Slack's four */

export class Assistant {
  /** By channel, the threads in which it is at work and what it says of that. @type {Map<string, Map<string, string>>} */
  #statuses = new Map();
  /** By channel and thread, the work of the agent. @type {Map<string, Session>} */
  #sessions = new Map();
  /** By channel, or channel and thread. @type {Map<string, Prompts>} */
  #prompts = new Map();

  /** @param {Data} change @returns {void} an empty status ends it */
  hearStatus(change) {
    const channel = text(change["channel"]);
    const threads = this.#statuses.get(channel) ?? new Map();
    this.#statuses.set(channel, threads);
    const status = text(change["status"]);
    if (status === "") threads.delete(text(change["thread_ts"]));
    else threads.set(text(change["thread_ts"]), status);
  }

  /** @param {Data} change @returns {void} */
  hearSession(change) {
    this.#sessions.set(`${text(change["channel"])}/${text(change["thread_ts"])}`, {
      status: text(change["status"]),
      title: text(change["title"]),
      canStop: change["can_stop"] === true,
    });
  }

  /** @param {string} channel @param {string | undefined} thread @returns {Session | undefined} */
  session(channel, thread) {
    return thread === undefined ? undefined : this.#sessions.get(`${channel}/${thread}`);
  }

  /** An answer ends the status, as in Slack. @param {string} channel @param {Data} message @returns {void} */
  hearAnswer(channel, message) {
    if (message["bot_id"] === undefined) return;
    this.#statuses.get(channel)?.delete(text(message["thread_ts"]) || text(message["ts"]));
  }

  /** @param {Data} change @returns {void} */
  hearPrompts(change) {
    const thread = text(change["thread_ts"]);
    const place = thread === "" ? text(change["channel"]) : `${text(change["channel"])}/${thread}`;
    const prompts = dataList(change["prompts"]).map((prompt) => ({
      title: text(prompt["title"]),
      message: text(prompt["message"]),
    }));
    this.#prompts.set(place, { title: text(change["title"]), prompts });
  }

  /** @param {string} channel @param {string | undefined} thread any of the channel without one @returns {string | undefined} */
  status(channel, thread) {
    const threads = this.#statuses.get(channel);
    if (thread !== undefined) return threads?.get(thread);
    return [...(threads?.values() ?? [])].at(-1);
  }

  /** @param {string} channel @param {string | undefined} thread @returns {Prompts | undefined} */
  prompts(channel, thread) {
    return this.#prompts.get(thread === undefined ? channel : `${channel}/${thread}`);
  }

  /** @returns {void} */
  clear() {
    this.#sessions.clear();
    this.#statuses.clear();
    this.#prompts.clear();
  }
}
