// @ts-check
/** The drawer with the simulator's own tools: the inspector and the faults. */

import { classes, h } from "../dom/h.js";
import { faultsPanel } from "./faults-panel.js";
import { icon } from "./icons.js";
import { inspector } from "./inspector.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/app.js").Tool} Tool */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @param {App} app @returns {VNode | null} */
export function toolDrawer(app) {
  if (app.tool === null) return null;
  const close = () => app.openTool(null);
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  };
  return h(
    "section",
    { class: "drawer", key: "drawer", "aria-label": "Simulator tools", onKeydown: keydown },
    h(
      "div",
      { class: "drawer-head" },
      h(
        "div",
        { class: "drawer-tabs", role: "tablist", "aria-label": "Simulator tools" },
        tab(app, "inspector", "Inspector"),
        tab(app, "faults", "Faults"),
      ),
      h("span", { class: "spacer" }),
      h(
        "button",
        {
          class: "tool",
          type: "button",
          "aria-label": "Close the tools",
          title: "Close (Esc)",
          onClick: close,
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      {
        class: "drawer-body",
        role: "tabpanel",
        "aria-label": app.tool === "faults" ? "Faults" : "Inspector",
      },
      app.tool === "faults" ? faultsPanel(app) : inspector(app),
    ),
  );
}

/** @param {App} app @param {Tool} name @param {string} label @returns {VNode} */
function tab(app, name, label) {
  const isHere = app.tool === name;
  return h(
    "button",
    {
      class: classes("drawer-tab", isHere && "here"),
      type: "button",
      role: "tab",
      "aria-selected": String(isHere),
      onClick: () => app.openTool(name),
    },
    label,
  );
}
