// @ts-check
/** The pane in the middle: a channel, a direct message, or the app with its two tabs. */

import { renderBlocks } from "../blocks/blocks.js";
import { h } from "../dom/h.js";
import { placeName } from "../state/places.js";
import { dataList, text } from "../state/shape.js";
import { assistantStatus, chips } from "./above-composer.js";
import { composer } from "./composer.js";
import { channelRows } from "./message-list.js";
import { paneHeader } from "./pane-header.js";
import { endButton, followEnd } from "./scroll.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @param {App} app @returns {VNode} */
export function channelPane(app) {
  const { channel, place } = app.route;
  const details = app.workspace.channels.get(channel);
  const title = details === undefined ? "" : placeName(app, details);
  const name = title.replace("#", "");
  return h(
    "main",
    {
      class: "pane channel-pane",
      "data-channel": channel,
      "aria-label": details?.isIm === true ? name : `Channel ${name}`,
    },
    paneHeader(app, channel, details),
    place === "home" ? homeView(app) : messages(app, channel, title),
  );
}

/** @param {App} app @param {string} channel @param {string} name @returns {VNode[]} */
function messages(app, channel, name) {
  const rows = channelRows(app, channel, app.book.top(channel));
  const isArchived = app.workspace.channels.get(channel)?.isArchived === true;
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
    endButton(),
    h(
      "div",
      { class: "composer-area", key: `composer-${channel}` },
      isArchived
        ? h("p", { class: "archived" }, `${name} is archived: nobody can write here any more.`)
        : [
            assistantStatus(app, channel, undefined),
            chips(app, channel, undefined),
            composer(app, channel, undefined, `Message ${name}`),
          ],
    ),
  ];
}

/** The app's Home tab. @param {App} app @returns {VNode} */
function homeView(app) {
  const view = app.home;
  const blocks = dataList(view?.["blocks"]);
  if (view === null || blocks.length === 0) {
    return h(
      "div",
      { class: "home empty-home", key: "home" },
      h("p", null, `${app.workspace.bot.name} has not shown anything here yet.`),
    );
  }
  /** @type {import("../state/app.js").Origin} */
  const origin = { kind: "view", id: text(view["id"]), home: true };
  return h(
    "div",
    {
      class: "home",
      key: "home",
      role: "tabpanel",
      "aria-label": "Home",
      tabindex: "0",
      "data-view": text(view["id"]),
    },
    h("div", { class: "home-blocks" }, renderBlocks({ app, origin }, blocks)),
  );
}
