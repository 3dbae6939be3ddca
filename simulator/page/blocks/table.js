// @ts-check
/** Tables of Block Kit: rows of raw texts, numbers or rich text. */

import { h } from "../dom/h.js";
import { data, dataList, list, text } from "../state/shape.js";
import { renderText } from "../text/render.js";
import { richTextBlocks } from "../text/rich-text.js";

/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {import("./view-types.js").Stage} Stage */

/** @type {import("./view-types.js").BlockView} */
export function tableBlock(stage, block) {
  return table(stage, block, "Table");
}

/** @type {import("./view-types.js").BlockView} */
export function dataTableBlock(stage, block) {
  return table(
    stage,
    block,
    text(block["caption"]) || text(data(block["caption"])["text"], "Table"),
  );
}

/** @param {Stage} stage @param {Data} block @param {string} name @returns {import("../dom/h.js").VNode} */
function table(stage, block, name) {
  const settings = dataList(block["column_settings"]);
  const rows = list(block["rows"]).map((row, index) => {
    const cells = Array.isArray(row) ? dataList(row) : dataList(data(row)["cells"]);
    return h(
      "tr",
      null,
      cells.map((cell, column) => {
        const setting = settings[column] ?? {};
        const look = `align-${text(setting["align"], "left")}${setting["is_wrapped"] === true ? " wrapped" : ""}`;
        return h(
          index === 0 ? "th" : "td",
          { class: look, scope: index === 0 ? "col" : null },
          cellContent(stage, cell),
        );
      }),
    );
  });
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": name },
    h("table", { class: "data" }, h("thead", null, rows[0]), h("tbody", null, rows.slice(1))),
  );
}

/** @param {Stage} stage @param {Data} cell @returns {import("../dom/h.js").Child} */
function cellContent(stage, cell) {
  if (cell["type"] === "rich_text") return renderText(richTextBlocks(cell), stage.app.names);
  return text(cell["text"]) || text(cell["value"]) || text(data(cell["text"])["text"]);
}
