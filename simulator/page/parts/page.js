// @ts-check
/** The whole page. */

import { classes, flatten, h } from "../dom/h.js";
import { banner } from "./banner.js";
import { channelPane } from "./channel-pane.js";
import { dialogs } from "./dialogs.js";
import { icon } from "./icons.js";
import { jumpDialog } from "./jump.js";
import { sidebar } from "./sidebar.js";
import { threadPane } from "./thread-pane.js";
import { toolDrawer } from "./tool-drawer.js";
import { topBar } from "./top-bar.js";
import { tourCard } from "./tour-card.js";

/** @typedef {import("../state/app.js").App} App */

/** @param {App} app @returns {(import("../dom/h.js").VNode | string)[]} */
export function page(app) {
  const close = () => {
    app.sidebarOpen = false;
    app.update();
  };
  return flatten([
    banner(app),
    topBar(app),
    h(
      "div",
      { class: classes("workspace", app.route.thread !== undefined && "with-thread") },
      h(
        "div",
        { class: classes("side", app.sidebarOpen && "open") },
        sidebar(app),
        app.workspace.hasTour ? tourCard(app) : null,
      ),
      app.sidebarOpen
        ? h("button", {
            class: "backdrop",
            type: "button",
            "aria-label": "Close the list of channels",
            onClick: close,
          })
        : null,
      channelPane(app),
      threadPane(app),
    ),
    toolDrawer(app),
    dialogs(app),
    jumpDialog(app),
    toasts(app),
  ]);
}

/** @param {App} app @returns {import("../dom/h.js").VNode} */
function toasts(app) {
  return h(
    "div",
    { class: "toasts", role: "status", "aria-live": "assertive", key: "toasts" },
    app.toasts.map((toast) =>
      h(
        "div",
        { class: `toast ${toast.tone}`, key: toast.id },
        toast.tone === "error" ? icon("warning") : null,
        h("span", null, toast.text),
        h(
          "button",
          {
            class: "tool",
            type: "button",
            "aria-label": "Dismiss",
            onClick: () => app.dropToast(toast.id),
          },
          icon("close"),
        ),
      ),
    ),
  );
}
