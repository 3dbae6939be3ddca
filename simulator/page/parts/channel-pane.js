// @ts-check
/** The pane in the middle: a channel, a direct message, or the app with its two tabs. */

import { suggest } from "../deeds/send.js";
import { classes, h } from "../dom/h.js";
import { placeName } from "../state/places.js";
import { firstRun } from "../state/tour.js";
import { avatar } from "./avatar.js";
import { composer } from "./composer.js";
import { homeView } from "./home.js";
import { channelRows } from "./message-list.js";
import { followEnd } from "./scroll.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../dom/h.js").VNode} VNode */

const FACES = 3;

/** @param {App} app @returns {VNode} */
export function channelPane(app) {
  const { channel, place } = app.route;
  const details = app.workspace.channels.get(channel);
  const isApp = channel === app.workspace.appChannel;
  const title = details === undefined ? "" : placeName(app, details);
  const name = title.replace("#", "");
  return h(
    "main",
    {
      class: "pane channel-pane",
      "data-channel": channel,
      "aria-label": details?.isIm === true ? name : `Channel ${name}`,
    },
    h(
      "div",
      { class: "pane-header" },
      h("h2", null, title),
      isApp ? tabs(app, channel) : h("span", { class: "topic" }, details?.topic ?? ""),
      h("span", { class: "spacer" }),
      details === undefined || details.isIm ? null : memberList(app, details),
    ),
    place === "home" ? homeView(app) : messages(app, channel, title),
  );
}

/** @param {App} app @param {import("../state/workspace.js").Channel} channel @returns {VNode} */
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

/** @param {App} app @param {string} channel @param {string} name @returns {VNode[]} */
function messages(app, channel, name) {
  const rows = channelRows(app, channel, app.book.top(channel));
  return [
    h(
      "div",
      {
        class: "messages",
        key: `messages-${channel}`,
        role: "log",
        "aria-live": "polite",
        "aria-label": `Messages in ${name}`,
        tabindex: "0",
        "data-follow": true,
        ref: followEnd,
      },
      h(
        "div",
        { class: "start-note" },
        h("strong", null, name),
        ` This is where ${name} begins.`,
        app.book.top(channel).length === 0
          ? " Type / to see the commands, or take one from below."
          : null,
      ),
      rows,
    ),
    h(
      "div",
      { class: "composer-area", key: `composer-${channel}` },
      chips(app, channel),
      composer(app, channel, undefined, `Message ${name}`),
    ),
  ];
}

/** @param {App} app @param {string} channel @returns {VNode | null} commands to try */
function chips(app, channel) {
  const command = app.workspace.commands[0]?.command;
  if (command === undefined) return null;
  const tries = [command, `${command} list`, firstRun.replace("/workflow", command)];
  return h(
    "div",
    { class: "chips", role: "group", "aria-label": "Commands to try" },
    h("span", { class: "chips-label" }, "Try"),
    tries.map((typed) =>
      h(
        "button",
        {
          class: "chip",
          key: typed,
          type: "button",
          title: "Put into the message box",
          onClick: () => suggest(channel, typed),
        },
        typed,
      ),
    ),
  );
}
