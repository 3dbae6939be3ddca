// @ts-check
/** The field that jumps to a place, under Ctrl+K. */

import { go } from "../actions/navigate.js";
import { classes, h } from "../dom/h.js";
import { placesOf } from "../state/places.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/places.js").Place} Place */
/** @typedef {import("../dom/h.js").VNode} VNode */

const MAX_SHOWN = 9;
const LIST = "jump-list";

/** @param {App} app @returns {VNode | null} */
export function jumpDialog(app) {
  if (app.jumping === null) return null;
  const { active } = app.jumping;
  const found = find(app);
  const close = () => app.jump(false);
  const open = (/** @type {HTMLElement} */ element) => {
    if (element instanceof HTMLDialogElement) element.showModal();
    element.querySelector("input")?.focus();
  };
  return h(
    "dialog",
    {
      class: "jump",
      key: "jump",
      ref: open,
      "aria-label": "Jump to a channel or a person",
      onCancel: (/** @type {Event} */ event) => {
        event.preventDefault();
        close();
      },
      onClick: (/** @type {Event} */ event) => {
        // The dialog itself is hit only beside what is in it.
        if (event.target instanceof HTMLDialogElement) close();
      },
    },
    h(
      "div",
      { class: "jump-box" },
      icon("search"),
      h("input", {
        class: "jump-input",
        type: "text",
        role: "combobox",
        placeholder: "Jump to…",
        "aria-label": "Channel or person",
        "aria-expanded": "true",
        "aria-controls": LIST,
        "aria-activedescendant": found[active] === undefined ? null : `${LIST}-${active}`,
        autocomplete: "off",
        value: "",
        onInput: (/** @type {Event} */ event) => search(app, event),
        onKeydown: (/** @type {KeyboardEvent} */ event) => onKey(app, event),
      }),
    ),
    found.length === 0
      ? h("p", { class: "empty-note" }, "No place of that name")
      : h(
          "ul",
          { id: LIST, role: "listbox", "aria-label": "Places" },
          found.map((place, index) => row(app, place, index, index === active)),
        ),
  );
}

/** @param {App} app @returns {Place[]} those that begin with the words first */
function find(app) {
  const query = (app.jumping?.query ?? "").trim().toLowerCase().replace(/^[#@]/, "");
  const rank = (/** @type {Place} */ { label }) => {
    const name = label.toLowerCase().replace("#", "");
    if (name.startsWith(query)) return 0;
    if (name.split(/[\s-]+/).some((word) => word.startsWith(query))) return 1;
    return name.includes(query) ? 2 : 3;
  };
  return placesOf(app)
    .filter((place) => rank(place) < 3)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MAX_SHOWN);
}

/** @param {App} app @param {Event} event @returns {void} */
function search(app, event) {
  if (!(event.target instanceof HTMLInputElement)) return;
  app.jumping = { query: event.target.value, active: 0 };
  app.update();
}

/** @param {App} app @param {KeyboardEvent} event @returns {void} */
function onKey(app, event) {
  if (app.jumping === null) return;
  const found = find(app);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined && found.length > 0) {
    event.preventDefault();
    const active = (app.jumping.active + step + found.length) % found.length;
    app.jumping = { ...app.jumping, active };
    app.update();
  }
  const place = found[app.jumping.active];
  if (event.key === "Enter" && !event.isComposing && place !== undefined) {
    event.preventDefault();
    take(app, place);
  }
}

/** @param {App} app @param {Place} place @returns {void} */
function take(app, place) {
  app.jump(false);
  go(place.address);
}

/** @param {App} app @param {Place} place @param {number} index @param {boolean} isActive @returns {VNode} */
function row(app, place, index, isActive) {
  const mark =
    place.person === undefined
      ? h("span", { class: "sign", "aria-hidden": "true" }, "#")
      : avatar(place.person, place.label, { isBot: place.sign === "app", small: true });
  return h(
    "li",
    {
      key: place.address,
      id: `${LIST}-${index}`,
      role: "option",
      class: classes("option", isActive && "active"),
      "aria-selected": String(isActive),
      onClick: () => take(app, place),
    },
    mark,
    h("span", { class: "option-label" }, place.label.replace(/^#/, "")),
    h("span", { class: "choice-description" }, place.note),
  );
}
