// @ts-check
/** Channels, direct messages and the app, with what is unread. */

import { addressOf } from "../actions/navigate.js";
import { classes, h } from "../dom/h.js";
import { otherPerson, placeName } from "../state/places.js";
import { text } from "../state/shape.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/workspace.js").Channel} Channel */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @param {App} app @returns {VNode} */
export function sidebar(app) {
  const places = [...app.workspace.channels.values()];
  const { bot, appChannel } = app.workspace;
  const others = places.filter((place) => place.isIm && place.id !== appChannel);
  const close = () => {
    app.sidebarOpen = false;
    app.update();
  };
  return h(
    "nav",
    {
      class: classes("sidebar", app.sidebarOpen && "open"),
      "aria-label": "Channels and direct messages",
      onClick: close,
    },
    group(
      "Channels",
      places
        .filter((place) => !place.isIm && !place.isArchived)
        .map((place) => row(app, place, place.isPrivate ? icon("lock") : "#", place.name)),
    ),
    appChannel === undefined ? null : group("Apps", [appRow(app, appChannel, bot)]),
    others.length === 0
      ? null
      : group(
          "Direct messages",
          others.map((place) => personRow(app, place)),
        ),
  );
}

/** @param {string} title @param {VNode[]} rows @returns {VNode} */
function group(title, rows) {
  return h(
    "section",
    { class: "sidebar-group", key: title },
    h("h2", null, title),
    h("ul", null, rows),
  );
}

/** @param {App} app @param {string} channel @returns {{unread: number, mentions: number}} */
export function unreadIn(app, channel) {
  const isDirect = app.workspace.channels.get(channel)?.isIm === true;
  return app.reads.count(
    channel,
    app.book.top(channel),
    (message) => isDirect || speaksToMe(app, text(message["text"])),
    app.me,
  );
}

/** @param {App} app @param {string} source @returns {boolean} */
function speaksToMe(app, source) {
  if (/<!(here|channel|everyone)/.test(source)) return true;
  return [...source.matchAll(/<(?:@|!subteam\^)([A-Z0-9]+)/g)].some((match) =>
    app.names.isMe(match[1] ?? ""),
  );
}

/** @param {App} app @param {Channel} place @param {import("../dom/h.js").Child} sign @param {string} name @returns {VNode} */
function row(app, place, sign, name) {
  return link(
    app,
    place.id,
    addressOf(place.id),
    h("span", { class: "sign", "aria-hidden": "true" }, sign),
    name,
  );
}

/** @param {App} app @param {Channel} place @returns {VNode} */
function personRow(app, place) {
  const name = placeName(app, place);
  const face = avatar(otherPerson(app, place), name, { small: true });
  return link(app, place.id, addressOf(place.id), face, name);
}

/** @param {App} app @param {string} channel @param {{id: string, name: string}} bot @returns {VNode} */
function appRow(app, channel, bot) {
  const address =
    app.workspace.hasHome && app.route.channel !== channel ? "#home" : addressOf(channel);
  const { unread } = unreadIn(app, channel);
  return link(
    app,
    channel,
    unread > 0 ? addressOf(channel) : address,
    avatar(bot.id, bot.name, { isBot: true, small: true }),
    bot.name,
  );
}

/** @param {App} app @param {string} channel @param {string} address @param {VNode} mark @param {string} name @returns {VNode} */
function link(app, channel, address, mark, name) {
  const { unread, mentions } = unreadIn(app, channel);
  const isHere = app.route.channel === channel;
  const spoken =
    mentions > 0 ? `${name}, ${mentions} unread` : unread > 0 ? `${name}, unread` : name;
  return h(
    "li",
    { key: channel },
    h(
      "a",
      {
        class: classes("sidebar-link", isHere && "here", unread > 0 && !isHere && "unread"),
        href: address,
        "data-channel": channel,
        "aria-current": isHere ? "page" : null,
        "aria-label": spoken,
      },
      mark,
      h("span", { class: "sidebar-name" }, name),
      mentions > 0 && !isHere
        ? h("span", { class: "badge", "aria-hidden": "true" }, mentions)
        : null,
    ),
  );
}
