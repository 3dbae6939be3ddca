// @ts-check
/** One message. */

import { react } from "../actions/interact.js";
import { addressOf, go } from "../actions/navigate.js";
import { renderBlocks } from "../blocks/blocks.js";
import { classes, h } from "../dom/h.js";
import { data, dataList, number, text, textList } from "../state/shape.js";
import { remember } from "../state/storage.js";
import { fullTimeOfTs, timeOfTs } from "../text/date.js";
import { parseMrkdwn } from "../text/mrkdwn.js";
import { renderEmoji, renderText } from "../text/render.js";
import { avatar } from "./avatar.js";
import { filesOf } from "./files.js";
import { icon } from "./icons.js";
import { isInteractive, remembered } from "./message-cache.js";
import { messageEditor } from "./message-editor.js";
import { messageMenu } from "./message-menu.js";
import { reactionPicker } from "./reaction-picker.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/message-book.js").Message} Message */
/** @typedef {import("../dom/h.js").VNode} VNode */
/** @typedef {{channel: string, compact: boolean, inThread: boolean}} Setting */

/** @param {App} app @param {Message} message @returns {{id: string, name: string, isBot: boolean}} */
export function authorOf(app, message) {
  const id = text(message["user"]);
  const isBot = message["bot_id"] !== undefined || id === app.workspace.bot.id;
  const profile = text(data(message["bot_profile"])["name"]);
  const name = text(message["username"]) || app.names.user(id) || profile || id || "Somebody";
  return { id, name: id === "USLACKBOT" ? "Slackbot" : name, isBot: isBot || id === "USLACKBOT" };
}

/** @param {App} app @param {Message} message @param {Setting} setting @returns {VNode} */
export function messageView(app, message, setting) {
  if (isInteractive(message) || app.popup?.id.startsWith("react-") || isEdited(app, message))
    return draw(app, message, setting);
  const unread = hasUnreadReplies(app, message, setting.channel);
  const circumstances = [setting.compact, setting.inThread, unread].join();
  return remembered(message, circumstances, () => draw(app, message, setting));
}

/** @param {App} app @param {Message} message @returns {boolean} whether its author is changing it at the moment */
function isEdited(app, message) {
  return app.editing?.ts === message.ts;
}

/** @param {App} app @param {Message} message @param {string} channel @returns {boolean} */
function hasUnreadReplies(app, message, channel) {
  const latest = text(message["latest_reply"]);
  return latest !== "" && app.reads.isUnread(`${channel}/${message.ts}`, latest);
}

/** @param {App} app @param {Message} message @param {Setting} setting @returns {VNode} */
function draw(app, message, setting) {
  const author = authorOf(app, message);
  const ephemeral = message.ephemeral === true;
  const compact = setting.compact && !ephemeral;
  return h(
    "article",
    {
      class: classes(
        "message",
        compact && "compact",
        ephemeral && "ephemeral",
        message["subtype"] === "tombstone" && "tombstone",
      ),
      key: message.ts,
      "data-ts": message.ts,
      "data-user": author.id,
      "data-ephemeral": ephemeral ? "true" : null,
      "aria-label": `${author.name}, ${timeOfTs(message.ts)}`,
    },
    ephemeral ? visibleToYou(app, message) : null,
    h(
      "div",
      { class: "message-gutter" },
      compact
        ? time(message)
        : avatar(author.id, author.name, { isBot: author.isBot && author.id !== "USLACKBOT" }),
    ),
    h(
      "div",
      { class: "message-body" },
      compact ? null : heading(app, author, message),
      body(app, message, setting),
    ),
    hasToolbar(app, message) ? toolbar(app, message, setting) : null,
  );
}

/** @param {App} app @param {Message} message @param {Setting} setting @returns {import("../dom/h.js").Child} */
function body(app, message, { channel, inThread }) {
  return [
    isEdited(app, message) ? messageEditor(app, channel, message) : content(app, message, channel),
    filesOf(app, message),
    attachments(app, message, channel),
    notNotified(app, message),
    reactions(app, message, channel),
    inThread ? null : threadSummary(app, message, channel),
  ];
}

/** Who was named and hears nothing of it. @param {App} app @param {Message} message @returns {VNode | null} */
function notNotified(app, message) {
  const ids = textList(message["not_notified"]);
  if (ids.length === 0) return null;
  const names = ids.map((id) => app.names.user(id) ?? id);
  const shown = names.slice(0, 5).join(", ");
  const rest = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return h(
    "p",
    { class: "not-notified" },
    icon("eye"),
    `Not notified, not in here: ${shown}${rest}`,
  );
}

/** @param {App} app @param {Message} message @returns {boolean} */
function hasToolbar(app, message) {
  const isGone = message["subtype"] === "tombstone";
  return message.ephemeral !== true && !isGone && !isEdited(app, message);
}

/** @param {Message} message @returns {VNode} */
function time(message) {
  return h(
    "time",
    {
      class: "time",
      title: fullTimeOfTs(message.ts),
      datetime: new Date(Number(message.ts) * 1000).toISOString(),
    },
    timeOfTs(message.ts),
  );
}

/** @param {App} app @param {{id: string, name: string, isBot: boolean}} author @param {Message} message @returns {VNode} */
function heading(app, author, message) {
  const person = app.workspace.people.get(author.id);
  return h(
    "div",
    { class: "message-heading" },
    h("span", { class: "author" }, author.name),
    author.isBot ? h("span", { class: "app-badge" }, "APP") : null,
    person?.isGuest === true ? h("span", { class: "app-badge" }, "GUEST") : null,
    person?.isStranger === true ? h("span", { class: "app-badge" }, "EXTERNAL") : null,
    time(message),
  );
}

/** @param {App} app @param {Message} message @returns {VNode} */
function visibleToYou(app, message) {
  const dismiss = () => {
    app.dismissed.add(message.ts);
    remember("session", `dismissed.${app.me}`, [...app.dismissed].slice(-200));
    app.update();
  };
  return h(
    "div",
    { class: "visible-to-you" },
    icon("eye"),
    "Only visible to you",
    h(
      "button",
      { class: "link", type: "button", "aria-label": "Dismiss message", onClick: dismiss },
      "Dismiss",
    ),
  );
}

/** @param {App} app @param {Message} message @param {string} channel @returns {VNode} */
function content(app, message, channel) {
  const blocks = dataList(message["blocks"]);
  const author = authorOf(app, message);
  // What people type comes with one rich_text block that says the same as the text.
  const useText =
    blocks.length === 0 ||
    (!author.isBot && blocks.every((block) => block["type"] === "rich_text"));
  if (useText) {
    return h(
      "div",
      { class: "message-text" },
      renderText(parseMrkdwn(text(message["text"])), app.names),
      // Blocks that an app replaces do not say so, in Slack neither.
      message["edited"] === undefined ? null : h("span", { class: "edited" }, "(edited)"),
    );
  }
  /** @type {import("../state/app.js").Origin} */
  const origin = {
    kind: "message",
    channel,
    ts: message.ts,
    ephemeral: message.ephemeral === true,
  };
  return h("div", { class: "blocks" }, renderBlocks({ app, origin }, blocks));
}

/** @param {App} app @param {Message} message @param {string} channel @returns {VNode[]} */
function attachments(app, message, channel) {
  return dataList(message["attachments"]).map((attachment, index) => {
    const color = /^#?[0-9a-f]{6}$/i.test(text(attachment["color"]))
      ? `#${text(attachment["color"]).replace("#", "")}`
      : "";
    const paint = (/** @type {HTMLElement} */ element) => {
      if (color !== "") element.style.borderColor = color;
    };
    const blocks = dataList(attachment["blocks"]);
    const words = [
      attachment["pretext"],
      attachment["title"],
      attachment["text"] ?? attachment["fallback"],
    ].map((part) => text(part));
    return h(
      "div",
      { class: "attachment", key: index, ref: paint },
      blocks.length > 0
        ? renderBlocks(
            { app, origin: { kind: "message", channel, ts: message.ts, ephemeral: false } },
            blocks,
          )
        : words.map((part) => renderText(parseMrkdwn(part), app.names)),
    );
  });
}

/** @param {App} app @param {Message} message @param {string} channel @returns {VNode | null} */
function reactions(app, message, channel) {
  const all = dataList(message["reactions"]);
  if (all.length === 0) return null;
  return h(
    "div",
    { class: "reactions" },
    all.map((reaction) => {
      const name = text(reaction["name"]);
      const users = textList(reaction["users"]);
      const mine = users.includes(app.me);
      const who = users.map((id) => app.names.user(id) ?? id).join(", ");
      return h(
        "button",
        {
          key: name,
          type: "button",
          class: classes("reaction", mine && "mine"),
          "aria-pressed": String(mine),
          title: `${who} reacted with :${name}:`,
          "aria-label": `${name.replaceAll("_", " ")}, ${users.length}: ${who}`,
          onClick: () => void react(app, channel, message.ts, name, mine),
        },
        renderEmoji(name),
        h("span", null, number(reaction["count"]) ?? users.length),
      );
    }),
  );
}

/** @param {App} app @param {Message} message @param {string} channel @returns {VNode | null} */
function threadSummary(app, message, channel) {
  const count = number(message["reply_count"]) ?? 0;
  if (count === 0) return null;
  const latest = text(message["latest_reply"]);
  const unread = hasUnreadReplies(app, message, channel);
  const users = textList(message["reply_users"]).slice(0, 4);
  return h(
    "button",
    {
      class: classes("thread-summary", unread && "unread"),
      type: "button",
      onClick: () => go(addressOf(channel, message.ts)),
    },
    users.map((id) =>
      avatar(id, app.names.user(id) ?? id, { isBot: id === app.workspace.bot.id, small: true }),
    ),
    h("span", { class: "thread-count" }, `${count} ${count === 1 ? "reply" : "replies"}`),
    latest === "" ? null : h("span", { class: "thread-latest" }, `Last reply ${timeOfTs(latest)}`),
  );
}

/** @param {App} app @param {Message} message @param {Setting} setting @returns {VNode} */
function toolbar(app, message, setting) {
  const thread = text(message["thread_ts"]) || message.ts;
  return h(
    "div",
    { class: "toolbar" },
    reactionPicker(app, setting.channel, message.ts, setting.inThread),
    setting.inThread
      ? null
      : h(
          "button",
          {
            class: "tool",
            type: "button",
            title: "Reply in thread",
            "aria-label": "Reply in thread",
            onClick: () => go(addressOf(setting.channel, thread)),
          },
          icon("thread"),
        ),
    messageMenu(app, setting.channel, message, setting.inThread),
  );
}
