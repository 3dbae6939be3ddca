// @ts-check
/** The app's message shortcuts, under "…" beside a message. */

import { useShortcut } from "../deeds/interact.js";
import { h } from "../dom/h.js";
import { icon } from "./icons.js";
import { popover } from "./popover.js";
import { moveBetweenItems } from "./walk.js";

/**
 * @param {import("../state/app.js").App} app
 * @param {string} channel
 * @param {string} ts
 * @param {boolean} inThread a parent stands in the channel and in its thread
 * @returns {import("../dom/h.js").Child}
 */
export function shortcutMenu(app, channel, ts, inThread) {
  const shortcuts = app.workspace.shortcuts.filter((shortcut) => shortcut.type === "message");
  if (shortcuts.length === 0) return null;
  // The same start as the reactions' menu: a message with an open menu is drawn anew.
  const id = `react-more-${inThread ? "t" : "c"}-${ts.replace(".", "-")}`;
  const isOpen = app.popup?.id === id;
  const toggle = () => {
    app.popup = isOpen ? null : { id, query: "", active: 0 };
    app.update();
  };
  const items = shortcuts.map((shortcut) => {
    const choose = () => {
      app.popup = null;
      app.update();
      void useShortcut(app, shortcut.callbackId, { channel, ts });
    };
    return h(
      "button",
      {
        class: "menu-item",
        key: shortcut.callbackId,
        type: "button",
        role: "menuitem",
        onClick: choose,
      },
      shortcut.name,
      h("span", { class: "choice-description" }, app.workspace.bot.name),
    );
  });
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
          items,
        )
      : null,
  ];
}
