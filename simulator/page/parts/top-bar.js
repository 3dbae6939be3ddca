// @ts-check
/** The bar on top: which workspace, who one is, whether the bot is there. And the line above it: that all this is a simulator. */

import { addressAs } from "../deeds/navigate.js";
import { classes, h } from "../dom/h.js";
import { toggleTheme } from "../theme.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { popover } from "./popover.js";
import { moveBetweenItems } from "./walk.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../dom/h.js").VNode} VNode */

const MENU = "person-menu";

/** @param {App} app @returns {VNode} */
export function banner(app) {
  const { text, inbox } = app.workspace.banner;
  return h(
    "div",
    { class: "banner", role: "note", "aria-label": "About this page" },
    h("strong", null, "Simulator"),
    h("span", { class: "banner-text" }, text),
    inbox === "" ? null : h("a", { href: inbox, target: "_blank", rel: "noopener" }, "Mail inbox"),
  );
}

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
    h("h1", { class: "team-name" }, app.workspace.team),
    connection(app),
    h("span", { class: "spacer" }),
    h(
      "button",
      {
        class: "tool",
        type: "button",
        title: "Light or dark",
        "aria-label": "Switch between light and dark",
        onClick: toggleTheme,
      },
      icon("theme"),
    ),
    personMenu(app),
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

/** @param {App} app @returns {VNode} */
function personMenu(app) {
  const isOpen = app.popup?.id === MENU;
  const me = app.workspace.people.get(app.me);
  const toggle = () => {
    app.popup = isOpen ? null : { id: MENU, query: "", active: 0 };
    app.update();
  };
  const people = [...app.workspace.people.values()].filter((person) => !person.isBot);
  return h(
    "div",
    { class: "menu-holder" },
    h(
      "button",
      {
        class: "person-switch",
        type: "button",
        id: MENU,
        "aria-haspopup": "menu",
        "aria-expanded": String(isOpen),
        "aria-label": `You are ${me?.name ?? app.me}. Switch person`,
        onClick: toggle,
      },
      avatar(app.me, me?.name ?? app.me, { small: true }),
      h("span", { class: "person-name" }, me?.name ?? app.me),
      icon("chevron"),
    ),
    isOpen
      ? popover(
          MENU,
          { class: "people", role: "menu", "aria-label": "People", onKeydown: moveBetweenItems },
          h(
            "p",
            { class: "menu-note", role: "presentation" },
            "Be somebody else, here or in another tab",
          ),
          people.map((person) => personRow(app, person)),
        )
      : null,
  );
}

/** @param {App} app @param {import("../state/workspace.js").Person} person @returns {VNode} */
function personRow(app, person) {
  const isMe = person.id === app.me;
  const rights = person.isAdmin ? "Admin" : person.isGuest ? "Guest" : "";
  const groups = [...app.workspace.groups.values()].filter((group) =>
    group.users.includes(person.id),
  );
  const note = [person.title, rights, ...groups.map((group) => `@${group.handle}`)]
    .filter(Boolean)
    .join(" · ");
  return h(
    "div",
    { class: classes("person-row", isMe && "me"), key: person.id, role: "presentation" },
    h(
      "a",
      {
        class: "menu-item",
        role: "menuitem",
        href: addressAs(person.id),
        "aria-current": isMe ? "true" : null,
        "data-person": person.id,
      },
      avatar(person.id, person.name, { small: true }),
      h(
        "span",
        null,
        h("span", { class: "person-row-name" }, person.name, isMe ? " (you)" : ""),
        h("span", { class: "choice-description" }, note),
      ),
    ),
    h(
      "a",
      {
        class: "tool",
        role: "menuitem",
        href: addressAs(person.id),
        target: "_blank",
        "aria-label": `Open another tab as ${person.name}`,
        title: "In another tab",
      },
      icon("window"),
    ),
  );
}
