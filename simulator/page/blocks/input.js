// @ts-check
/** Input blocks: a label, an element, a hint, and the problem with what was filled in. */

import { h } from "../dom/h.js";
import { renderElement } from "../elements/element.js";
import { plainOf } from "../elements/text-object.js";
import { icon } from "../parts/icons.js";
import { originKey } from "../state/app.js";
import { fieldId, fieldKey } from "../state/form.js";
import { data, text } from "../state/shape.js";

const labelled = /^(plain_text|email_text|url_text|number)_input$|^(date|time|datetime)picker$/;

/** @type {import("./view-types.js").BlockView} */
export function inputBlock(stage, block) {
  const { app, origin } = stage;
  const element = data(block["element"]);
  const blockId = text(block["block_id"]);
  const field = fieldKey(blockId, element);
  const id = fieldId(origin, field);
  const problem = app.problems.get(`${originKey(origin)}/${field}`);
  const hint = plainOf(block["hint"]);
  const place = {
    ...stage,
    blockId,
    dispatches: block["dispatch_action"] === true,
    optional: block["optional"] === true,
    labelId: `${id}-label`,
    problemId: problem === undefined ? undefined : `${id}-problem`,
  };
  const isField = labelled.test(text(element["type"]));
  return h(
    "div",
    { class: problem === undefined ? "input-block" : "input-block wrong" },
    h(
      isField ? "label" : "span",
      { class: "input-label", id: `${id}-label`, for: isField ? id : null },
      plainOf(block["label"]),
      block["optional"] === true ? h("span", { class: "optional" }, " (optional)") : null,
    ),
    renderElement(place, element),
    hint === "" ? null : h("p", { class: "hint" }, hint),
    problem === undefined
      ? null
      : h("p", { class: "problem", role: "alert", id: `${id}-problem` }, icon("warning"), problem),
  );
}
