// @ts-check
/** The "…" menu of a message: copy its link, edit or delete an own message, run a shortcut of the app. */

import { deleteOwn, edit, isOwn } from "../actions/edit.js";
import { useShortcut } from "../actions/interact.js";
import { classes, h } from "../dom/h.js";
import { text } from "../state/shape.js";
import { icon } from "./icons.js";
import { popover } from "./popover.js";
import { moveBetweenItems } from "./walk.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/message-book.js").Message} Message */
/** @typedef {{label: string, note?: string, isDangerous?: boolean, run: () => void}} Item */

/**
 * @param {App} app
 * @param {string} channel
 * @param {Message} message
 * @param {boolean} inThread a parent stands in the channel and in its thread
 * @returns {import("../dom/h.js").Child}
 */
export function messageMenu(app, channel, message, inThread) {
  // The same start as the reactions' menu: a message with an open menu is drawn anew.
  const id = `react-more-${inThread ? "t" : "c"}-${message.ts.replace(".", "-")}`;
  const isOpen = app.popup?.id === id;
  const toggle = () => {
    app.popup = isOpen ? null : { id, query: "", active: 0 };
    app.update();
  };
  const trigger = {
    class: "tool",
    type: "button",
    id,
    title: "More actions",
    "aria-label": "More actions",
    "aria-haspopup": "menu",
    "aria-expanded": String(isOpen),
    onClick: toggle,
  };
  return [
    h("button", trigger, icon("more")),
    isOpen
      ? popover(
          id,
          { role: "menu", "aria-label": "More actions", onKeydown: moveBetweenItems },
          itemsFor(app, channel, message).map((item) => row(app, item)),
        )
      : null,
  ];
}

/** @param {App} app @param {string} channel @param {Message} message @returns {Item[]} */
function itemsFor(app, channel, message) {
  const { ts } = message;
  const own = isOwn(app, message);
  return [
    ...(own ? [{ label: "Edit message", run: () => edit(app, { channel, ts }) }] : []),
    { label: "Copy link", run: () => void copyLink(app, channel, message) },
    ...app.workspace.shortcuts
      .filter((shortcut) => shortcut.type === "message")
      .map(({ name, callbackId }) => ({
        label: name,
        note: app.workspace.bot.name,
        run: () => void useShortcut(app, callbackId, { channel, ts }),
      })),
    ...(own
      ? [
          {
            label: "Delete message…",
            isDangerous: true,
            run: () => void deleteOwn(app, channel, message),
          },
        ]
      : []),
  ];
}

/** @param {App} app @param {string} channel @param {Message} message @returns {Promise<void>} */
async function copyLink(app, channel, message) {
  const thread = text(message["thread_ts"]);
  const query = thread === "" || thread === message.ts ? "" : `?thread_ts=${thread}&cid=${channel}`;
  const link = `${location.origin}/archives/${channel}/p${message.ts.replace(".", "")}${query}`;
  try {
    await navigator.clipboard.writeText(link);
    app.toast("info", "The link is in the clipboard.");
  } catch {
    app.toast("info", link);
  }
}

/** @param {App} app @param {Item} item @returns {import("../dom/h.js").VNode} */
function row(app, { label, note, isDangerous, run }) {
  const choose = () => {
    app.popup = null;
    app.update();
    run();
  };
  return h(
    "button",
    {
      class: classes("menu-item", isDangerous === true && "dangerous"),
      key: label,
      type: "button",
      role: "menuitem",
      onClick: choose,
    },
    label,
    note === undefined ? null : h("span", { class: "choice-description" }, note),
  );
}
