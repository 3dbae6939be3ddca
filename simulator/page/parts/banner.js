// @ts-check
/** The line on top: that all this is a simulator, and the tools of the simulator, which Slack has not. */

import { classes, h } from "../dom/h.js";
import { toggleTheme } from "../theme.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/app.js").Tool} Tool */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @param {App} app @returns {VNode} */
export function banner(app) {
  const { text, inbox } = app.workspace.banner;
  return h(
    "div",
    { class: "banner", role: "region", "aria-label": "About this page" },
    h("strong", null, "Simulator"),
    h("span", { class: "banner-text", title: text }, text),
    tool(app, "inspector", "pulse", "Inspector", 0),
    tool(app, "faults", "bolt", "Faults", app.faults.waiting.length),
    inbox === ""
      ? null
      : h(
          "a",
          { class: "banner-tool", href: inbox, target: "_blank", rel: "noopener" },
          icon("mail"),
          h("span", { class: "banner-label" }, "Inbox"),
        ),
    h(
      "button",
      {
        class: "banner-tool",
        type: "button",
        title: "Light or dark",
        "aria-label": "Switch between light and dark",
        onClick: toggleTheme,
      },
      icon("theme"),
    ),
  );
}

/** @param {App} app @param {Tool} name @param {"pulse" | "bolt"} sign @param {string} label @param {number} count @returns {VNode} */
function tool(app, name, sign, label, count) {
  const isOpen = app.tool === name;
  const spoken = count === 0 ? label : `${label}, ${count} waiting`;
  return h(
    "button",
    {
      class: classes("banner-tool", isOpen && "here"),
      type: "button",
      "aria-pressed": String(isOpen),
      "aria-label": spoken,
      onClick: () => app.openTool(isOpen ? null : name),
    },
    icon(sign),
    h("span", { class: "banner-label" }, label),
    count === 0 ? null : h("span", { class: "badge" }, count),
  );
}
