// @ts-check
/** Shows the current person and switches to another. */

import { addressAs } from "../actions/navigate.js";
import { classes, h } from "../dom/h.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { popover } from "./popover.js";
import { moveBetweenItems } from "./walk.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../dom/h.js").VNode} VNode */

const MENU = "person-menu";

/** @param {App} app @returns {VNode} */
export function personMenu(app) {
  const isOpen = app.popup?.id === MENU;
  const me = app.workspace.people.get(app.me);
  const toggle = () => {
    app.popup = isOpen ? null : { id: MENU, query: "", active: 0 };
    app.update();
  };
  const people = [...app.workspace.people.values()].filter(
    (person) => !person.isBot && !person.isGone,
  );
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

/** @param {import("../state/workspace.js").Person} person @returns {string} */
function rightsOf({ isAdmin, isGuest, isStranger }) {
  if (isStranger) return "Other organization";
  if (isGuest) return "Guest";
  return isAdmin ? "Admin" : "";
}

/** @param {App} app @param {import("../state/workspace.js").Person} person @returns {VNode} */
function personRow(app, person) {
  const isMe = person.id === app.me;
  const rights = rightsOf(person);
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
