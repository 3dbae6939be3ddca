// @ts-check
/** The younger blocks: alerts, cards, containers, plans and tasks. */

import { h } from "../dom/h.js";
import { renderElement } from "../elements/element.js";
import { image } from "../elements/image.js";
import { plainOf, textObject } from "../elements/text-object.js";
import { data, dataList, isData, text } from "../state/shape.js";
import { renderText } from "../text/render.js";
import { richTextBlocks } from "../text/rich-text.js";

/** @typedef {import("./view-types.js").BlockView} BlockView */
/** @typedef {import("../state/shape.js").Data} Data */

/** @type {BlockView} */
export function alertBlock(stage, block) {
  return h(
    "div",
    { class: `alert ${text(block["level"], "default")}`, role: "note" },
    textObject(stage.app, block["text"]),
  );
}

/** @type {BlockView} */
export function cardBlock(stage, block) {
  const place = {
    ...stage,
    blockId: text(block["block_id"]),
    dispatches: true,
    optional: false,
    labelId: undefined,
    problemId: undefined,
  };
  return h(
    "div",
    { class: "card" },
    isData(block["hero_image"]) ? image(stage.app, block["hero_image"], "block") : null,
    h("div", { class: "card-title" }, textObject(stage.app, block["title"])),
    isData(block["subtitle"])
      ? h("div", { class: "card-subtitle" }, textObject(stage.app, block["subtitle"]))
      : null,
    isData(block["body"]) ? textObject(stage.app, block["body"]) : null,
    h(
      "div",
      { class: "actions" },
      dataList(block["actions"]).map((element) => renderElement(place, element)),
    ),
  );
}

/** @type {BlockView} */
export function carouselBlock(_stage, block, inner) {
  return h(
    "div",
    { class: "carousel", tabindex: "0", role: "group", "aria-label": "Cards" },
    inner(dataList(block["elements"])),
  );
}

/** @type {BlockView} */
export function containerBlock(stage, block, inner) {
  const title = isData(block["title"])
    ? plainOf(block["title"])
    : renderText(richTextBlocks(data(block["rich_text_title"])), stage.app.names);
  const inside = inner(dataList(block["child_blocks"]));
  if (block["is_collapsible"] !== true)
    return h("div", { class: "card" }, h("div", { class: "card-title" }, title), inside);
  return h(
    "details",
    { class: "card", open: block["default_collapsed"] !== true },
    h("summary", { class: "card-title" }, title),
    inside,
  );
}

/** @type {BlockView} */
export function planBlock(stage, block, inner) {
  const title = isData(block["title"]) ? plainOf(block["title"]) : text(block["title"]);
  return h(
    "div",
    { class: "card" },
    h("div", { class: "card-title" }, title),
    dataList(block["tasks"]).map((task) => taskCardBlock(stage, task, inner)),
  );
}

const marks = new Map([
  ["pending", "○"],
  ["in_progress", "◐"],
  ["complete", "✓"],
  ["error", "✕"],
]);

/** @type {BlockView} */
export function taskCardBlock(stage, block) {
  const status = text(block["status"], "pending");
  const title = isData(block["title"]) ? plainOf(block["title"]) : text(block["title"]);
  const parts = [block["details"], block["output"]].filter(isData);
  return h(
    "div",
    { class: `task task-${status}` },
    h(
      "span",
      { class: "task-mark", role: "img", "aria-label": status.replace("_", " ") },
      marks.get(status) ?? "○",
    ),
    h(
      "div",
      null,
      h("div", { class: "task-title" }, title),
      parts.map((part) => renderText(richTextBlocks(part), stage.app.names)),
    ),
  );
}
