// @ts-check
/** The bar on top: workspace name, connection of the bot, jump box, current person. */

import { h } from "../dom/h.js";
import { icon } from "./icons.js";
import { personMenu } from "./person-menu.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @param {App} app @returns {VNode} */
export function topBar(app) {
  const toggle = () => {
    app.sidebarOpen = !app.sidebarOpen;
    app.update();
  };
  return h(
    "header",
    { class: "top-bar" },
    h(
      "button",
      {
        class: "tool only-phone",
        type: "button",
        "aria-label": "Channels and people",
        "aria-expanded": String(app.sidebarOpen),
        onClick: toggle,
      },
      icon("menu"),
    ),
    h(
      "div",
      { class: "team" },
      h("h1", { class: "team-name" }, app.workspace.team),
      connection(app),
    ),
    jumpField(app),
    personMenu(app),
  );
}

/** @param {App} app @returns {VNode} */
function jumpField(app) {
  return h(
    "button",
    {
      class: "jump-field",
      type: "button",
      title: "Jump to a channel or a person",
      "aria-keyshortcuts": "Control+K Meta+K",
      onClick: () => app.jump(true),
    },
    icon("search"),
    h("span", { class: "jump-label" }, "Jump to…"),
    h("kbd", null, "Ctrl K"),
  );
}

/** @param {App} app @returns {VNode} */
function connection(app) {
  const { name } = app.workspace.bot;
  const [state, words] = !app.streamUp
    ? ["off", "Simulator not reachable, trying again…"]
    : app.botConnected === undefined
      ? ["unknown", `Looking for ${name}…`]
      : app.botConnected
        ? ["on", `${name} is connected`]
        : ["off", `${name} is not connected`];
  return h(
    "span",
    { class: `connection ${state}`, role: "status", "data-connection": state },
    h("span", { class: "dot" }),
    h("span", { class: "connection-text" }, words),
  );
}
