// @ts-check
/** The line above a conversation: its name, what it is about, who is in it, and the tabs of the app. */

import { classes, h } from "../dom/h.js";
import { placeName } from "../state/places.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/workspace.js").Channel} Channel */
/** @typedef {import("../dom/h.js").VNode} VNode */

const FACES = 3;

/** @param {App} app @param {string} channel @param {Channel | undefined} details @returns {VNode} */
export function paneHeader(app, channel, details) {
  const isApp = channel === app.workspace.appChannel;
  if (details === undefined) return h("div", { class: "pane-header" });
  const title = placeName(app, details);
  return h(
    "div",
    { class: "pane-header" },
    h("h2", null, details.isPrivate ? [icon("lock"), title.replace("#", "")] : title),
    isApp ? tabs(app, channel) : h("span", { class: "topic" }, details.topic),
    h("span", { class: "spacer" }),
    remarks(app, details),
    details.isIm ? null : memberList(app, details),
  );
}

/** Notes about a channel. @param {App} app @param {Channel} channel @returns {VNode[]} */
function remarks(app, channel) {
  const { bot } = app.workspace;
  const words = [
    channel.isShared ? "Shared with another organization" : "",
    channel.isArchived ? "Archived" : "",
    channel.isIm || channel.members.includes(bot.id) ? "" : `${bot.name} is not here`,
  ];
  return words.filter(Boolean).map((remark) => h("span", { class: "remark", key: remark }, remark));
}

/** @param {App} app @param {Channel} channel @returns {VNode} */
function memberList(app, channel) {
  const names = channel.members.map((id) => app.names.user(id) ?? id);
  const label = `${channel.members.length} members: ${names.join(", ")}`;
  return h(
    "span",
    { class: "members", role: "img", "aria-label": label, title: names.join(", ") },
    channel.members
      .slice(0, FACES)
      .map((id) =>
        avatar(id, app.names.user(id) ?? id, { isBot: id === app.workspace.bot.id, small: true }),
      ),
    h("span", { class: "members-count" }, channel.members.length),
  );
}

/** @param {App} app @param {string} channel @returns {VNode | null} */
function tabs(app, channel) {
  if (!app.workspace.hasHome) return null;
  const tab = (
    /** @type {string} */ name,
    /** @type {string} */ address,
    /** @type {boolean} */ isHere,
  ) =>
    h(
      "a",
      {
        class: classes("tab", isHere && "here"),
        role: "tab",
        href: address,
        "aria-selected": String(isHere),
      },
      name,
    );
  return h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "App" },
    tab("Home", "#home", app.route.place === "home"),
    tab("Messages", `#${channel}`, app.route.place === "channel"),
  );
}
