// @ts-check
/** The app's Home tab. */

import { renderBlocks } from "../blocks/blocks.js";
import { h } from "../dom/h.js";
import { dataList, text } from "../state/shape.js";

/** @param {import("../state/app.js").App} app @returns {import("../dom/h.js").VNode} */
export function homeView(app) {
  const view = app.home;
  const blocks = dataList(view?.["blocks"]);
  if (view === null || blocks.length === 0) {
    return h(
      "div",
      { class: "home empty-home", key: "home" },
      h("p", null, `${app.workspace.bot.name} has not shown anything here yet.`),
    );
  }
  /** @type {import("../state/app.js").Origin} */
  const origin = { kind: "view", id: text(view["id"]), home: true };
  return h(
    "div",
    {
      class: "home",
      key: "home",
      role: "tabpanel",
      "aria-label": "Home",
      tabindex: "0",
      "data-view": text(view["id"]),
    },
    h("div", { class: "home-blocks" }, renderBlocks({ app, origin }, blocks)),
  );
}
