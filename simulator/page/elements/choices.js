// @ts-check
/** Checkboxes and radio buttons. */

import { sendAction } from "../actions/interact.js";
import { h } from "../dom/h.js";
import { fieldId, fieldKey, fieldValue, fill } from "../state/form.js";
import { dataList, text } from "../state/shape.js";
import { failure, pendingOf } from "./button.js";
import { textObject } from "./text-object.js";

/** @type {import("../blocks/view-types.js").ElementView} */
export function choices(place, element) {
  const { app, origin, blockId } = place;
  const field = fieldKey(blockId, element);
  const id = fieldId(origin, field);
  const isMany = element["type"] === "checkboxes";
  const chosenNow = () => {
    const value = fieldValue(app, origin, blockId, element);
    return new Set(Array.isArray(value) ? value : [value]);
  };
  const chosen = chosenNow();
  const toggle = (/** @type {string} */ option) => {
    const order = dataList(element["options"]).map((one) => text(one["value"]));
    const before = chosenNow();
    const next = isMany ? order.filter((one) => before.has(one) !== (one === option)) : option;
    fill(app, origin, field, next);
    if (place.dispatches) void sendAction(app, origin, blockId, element, { selected: next });
    app.update();
  };
  const rows = dataList(element["options"]).map((option, index) => {
    const optionValue = text(option["value"]);
    return h(
      "label",
      { class: "choice", key: optionValue },
      h("input", {
        type: isMany ? "checkbox" : "radio",
        name: id,
        id: index === 0 ? id : null,
        checked: chosen.has(optionValue),
        "data-value": optionValue,
        onChange: () => toggle(optionValue),
      }),
      h(
        "span",
        { class: "choice-text" },
        textObject(app, option["text"]),
        option["description"] === undefined
          ? null
          : h("span", { class: "choice-description" }, textObject(app, option["description"])),
      ),
    );
  });
  const group = {
    class: "choices",
    role: isMany ? "group" : "radiogroup",
    "data-action-id": text(element["action_id"]),
    "aria-labelledby": place.labelId,
    "aria-label": place.labelId === undefined ? "Options" : null,
    "aria-describedby": place.problemId,
    "aria-invalid": place.problemId === undefined ? null : "true",
    tabindex: place.problemId === undefined ? null : "-1",
  };
  return [h("div", group, rows), failure(pendingOf(place, element))];
}
