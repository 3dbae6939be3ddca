// @ts-check
/** Offers commands, people, channels and emoji while the person types. */

import { useShortcut } from "../actions/interact.js";
import { classes, h } from "../dom/h.js";
import { emoji } from "../text/emoji.js";
import { areaOf, write } from "./composer-box.js";

/** @typedef {import("./composer-box.js").Box} Box */
/** @typedef {import("../state/app.js").App} App */
/** @typedef {{insert: string, label: string, note: string, shortcut?: string}} Offer `shortcut`: something to do instead of something to insert */

const MAX_OFFERS = 8;

/** @param {string} before what stands before the caret @returns {{kind: "command" | "person" | "channel" | "emoji", from: number, query: string} | null} */
function wordAt(before) {
  const command = /^\/\S*$/.exec(before);
  if (command !== null) return { kind: "command", from: 0, query: before.toLowerCase() };
  const match = /(?:^|\s|[=,(])([@#:])([\w+-]*)$/.exec(before);
  if (match === null) return null;
  const [, sign = "", query = ""] = match;
  if (sign === ":" && query.length < 2) return null;
  const kind = sign === "@" ? "person" : sign === "#" ? "channel" : "emoji";
  return { kind, from: before.length - query.length - 1, query: query.toLowerCase() };
}

/** @param {App} app @param {NonNullable<ReturnType<typeof wordAt>>} word @returns {Offer[]} */
function offersFor(app, word) {
  const { people, groups, channels, commands, shortcuts } = app.workspace;
  const starts = (/** @type {string} */ name) => name.toLowerCase().startsWith(word.query);
  switch (word.kind) {
    case "command":
      return [
        ...commands
          .filter((entry) => starts(entry.command))
          .map((entry) => ({
            insert: entry.command,
            label: `${entry.command} ${entry.usageHint}`,
            note: entry.description,
          })),
        ...shortcuts
          .filter(
            (one) => one.type === "global" && one.name.toLowerCase().includes(word.query.slice(1)),
          )
          .map((one) => ({
            insert: "",
            label: one.name,
            note: "Shortcut",
            shortcut: one.callbackId,
          })),
      ];
    case "person":
      return [
        ...[...people.values()]
          .filter(
            (person) => starts(person.handle) || person.name.toLowerCase().split(" ").some(starts),
          )
          .map((person) => ({
            insert: `@${person.handle}`,
            label: person.name,
            note: `@${person.handle}`,
          })),
        ...[...groups.values()]
          .filter((group) => starts(group.handle))
          .map((group) => ({
            insert: `@${group.handle}`,
            label: `@${group.handle}`,
            note: group.name,
          })),
        ...["here", "channel"]
          .filter(starts)
          .map((range) => ({ insert: `@${range}`, label: `@${range}`, note: "Notify everyone" })),
      ];
    case "channel":
      return [...channels.values()]
        .filter((place) => !place.isIm && starts(place.name))
        .map((place) => ({ insert: `#${place.name}`, label: `#${place.name}`, note: place.topic }));
    case "emoji":
      return [...emoji]
        .filter(([name]) => starts(name))
        .map(([name, character]) => ({
          insert: `:${name}:`,
          label: `${character}  :${name}:`,
          note: "",
        }));
  }
}

/** @param {Box} box @returns {{offers: Offer[], from: number, caret: number}} */
function current(box) {
  const area = areaOf(box);
  const caret = area?.selectionStart ?? 0;
  const word =
    area === null || area.selectionEnd !== caret ? null : wordAt(area.value.slice(0, caret));
  if (word === null) return { offers: [], from: 0, caret };
  return { offers: offersFor(box.app, word).slice(0, MAX_OFFERS), from: word.from, caret };
}

/** Opens, refreshes or closes the offers for what stands before the caret. @param {Box} box @returns {void} */
export function completeAt(box) {
  const id = `${box.id}-completion`;
  const { offers } = current(box);
  if (offers.length > 0) box.app.popup = { id, query: "", active: 0 };
  else if (box.app.popup?.id === id) box.app.popup = null;
  else return;
  box.app.update();
}

/** @param {Box} box @param {KeyboardEvent} event @returns {boolean} whether the key was for the offers */
export function onCompletionKey(box, event) {
  const { app } = box;
  const { popup } = app;
  const { offers } = current(box);
  if (popup?.id !== `${box.id}-completion` || offers.length === 0 || event.shiftKey) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const offer = offers[popup.active];
  if (step !== undefined) {
    app.popup = { ...popup, active: (popup.active + step + offers.length) % offers.length };
    app.update();
  } else if (offer !== undefined && takesOffer(box, event.key, offer)) {
    take(box, offer);
  } else {
    return false;
  }
  event.preventDefault();
  return true;
}

/** @param {Box} box @param {string} key @param {Offer} offer @returns {boolean} Enter sends what is complete already */
function takesOffer(box, key, offer) {
  if (key !== "Enter") return key === "Tab";
  const area = areaOf(box);
  const { from, caret } = current(box);
  return area?.value.slice(from, caret) !== offer.insert;
}

/** @param {Box} box @param {Offer} offer @returns {void} */
function take(box, offer) {
  const area = areaOf(box);
  if (area === null) return;
  const { from, caret } = current(box);
  if (offer.shortcut !== undefined) {
    write(box, area.value.slice(caret).trimStart());
    void useShortcut(box.app, offer.shortcut, {});
    return;
  }
  const typed = `${area.value.slice(0, from)}${offer.insert} `;
  area.focus();
  write(box, typed + area.value.slice(caret).trimStart(), typed.length);
  box.app.popup = null;
  box.app.update();
}

/** @param {Box} box @returns {import("../dom/h.js").VNode | null} */
export function completionList(box) {
  const id = `${box.id}-completion`;
  if (box.app.popup?.id !== id) return null;
  const { active } = box.app.popup;
  const rows = current(box).offers.map((offer, index) =>
    h(
      "li",
      {
        key: offer.label,
        id: `${id}-${index}`,
        role: "option",
        class: classes("option", index === active && "active"),
        "aria-selected": String(index === active),
        onPointerdown: (/** @type {Event} */ event) => {
          event.preventDefault();
          take(box, offer);
        },
      },
      h("span", { class: "option-label" }, offer.label),
      h("span", { class: "choice-description" }, offer.note),
    ),
  );
  return h(
    "ul",
    { class: "completion", id, role: "listbox", "aria-label": "Suggestions", "data-popup": id },
    rows,
  );
}
