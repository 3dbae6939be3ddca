// @ts-check
/** Shows the blocks of a message, a modal or Home. */

import { h } from "../dom/h.js";
import { renderElement } from "../elements/element.js";
import { image } from "../elements/image.js";
import { plainOf, textObject } from "../elements/text-object.js";
import { data, dataList, isData, text } from "../state/shape.js";
import { parseMarkdown } from "../text/markdown.js";
import { renderText } from "../text/render.js";
import { richTextBlocks } from "../text/rich-text.js";
import { chartBlock } from "./chart.js";
import { inputBlock } from "./input.js";
import {
  alertBlock,
  cardBlock,
  carouselBlock,
  containerBlock,
  planBlock,
  taskCardBlock,
} from "./newer.js";
import { dataTableBlock, tableBlock } from "./table.js";

/** @typedef {import("../dom/h.js").Child} Child */
/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {import("./view-types.js").BlockView} BlockView */
/** @typedef {import("./view-types.js").Stage} Stage */

/** @type {Record<string, BlockView>} */
const views = {
  header: (_stage, block) => h("h3", { class: "block-header" }, plainOf(block["text"])),
  divider: () => h("hr", { class: "divider" }),
  section,
  context,
  actions,
  context_actions: actions,
  image: imageBlock,
  input: inputBlock,
  rich_text: (stage, block) => renderText(richTextBlocks(block), stage.app.names),
  markdown: (stage, block) => renderText(parseMarkdown(text(block["text"])), stage.app.names),
  table: tableBlock,
  data_table: dataTableBlock,
  data_visualization: chartBlock,
  video: videoBlock,
  alert: alertBlock,
  card: cardBlock,
  carousel: carouselBlock,
  container: containerBlock,
  plan: planBlock,
  task_card: taskCardBlock,
};

/**
 * @param {Stage} stage
 * @param {readonly Data[]} blocks
 * @returns {Child[]}
 */
export function renderBlocks(stage, blocks) {
  return blocks.map((block, index) => {
    const type = text(block["type"]);
    const id = text(block["block_id"]) || String(index);
    const view = views[type];
    const content =
      view === undefined
        ? h("p", { class: "unsupported" }, `A “${type}” block, which the simulator does not show`)
        : view(stage, block, (inside) => renderBlocks(stage, inside));
    return h("div", { class: `block block-${type}`, key: id, "data-block-id": id }, content);
  });
}

/** @type {BlockView} */
function section(stage, block) {
  const fields = dataList(block["fields"]);
  const words = [
    isData(block["text"])
      ? h("div", { class: "section-text" }, textObject(stage.app, block["text"]))
      : null,
    fields.length === 0
      ? null
      : h(
          "div",
          { class: "section-fields" },
          fields.map((field) => h("div", { class: "section-field" }, textObject(stage.app, field))),
        ),
  ];
  if (!isData(block["accessory"])) return words;
  return h(
    "div",
    { class: "section-with-accessory" },
    h("div", { class: "section-words" }, words),
    h(
      "div",
      { class: "section-accessory" },
      renderElement(placeIn(stage, block, true), data(block["accessory"])),
    ),
  );
}

/** @param {Stage} stage @param {Data} block @param {boolean} dispatches @returns {import("./view-types.js").Place} */
function placeIn(stage, block, dispatches) {
  return {
    ...stage,
    blockId: text(block["block_id"]),
    dispatches,
    optional: false,
    labelId: undefined,
    problemId: undefined,
  };
}

/** @type {BlockView} */
function context(stage, block) {
  return h(
    "div",
    { class: "context" },
    dataList(block["elements"]).map((element) =>
      element["type"] === "image"
        ? image(stage.app, element, "context")
        : h("div", { class: "context-text" }, textObject(stage.app, element)),
    ),
  );
}

/** @type {BlockView} */
function actions(stage, block) {
  const place = placeIn(stage, block, true);
  return h(
    "div",
    { class: "actions" },
    dataList(block["elements"]).map((element, index) =>
      h(
        "span",
        { class: "actions-item", key: text(element["action_id"]) || index },
        renderElement(place, element),
      ),
    ),
  );
}

/** @type {BlockView} */
function imageBlock(stage, block) {
  const title = plainOf(block["title"]);
  return h(
    "figure",
    { class: "figure" },
    title === "" ? null : h("figcaption", null, title),
    image(stage.app, block, "block"),
  );
}

/** @type {BlockView} */
function videoBlock(_stage, block) {
  const url = text(block["title_url"]) || text(block["video_url"]);
  return h(
    "div",
    { class: "card" },
    h(
      "a",
      { href: url, target: "_blank", rel: "noopener noreferrer" },
      `▶ ${plainOf(block["title"])}`,
    ),
    h("p", { class: "text" }, plainOf(block["description"])),
  );
}
