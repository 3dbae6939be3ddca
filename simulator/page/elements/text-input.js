// @ts-check
/** Fields to type into. */

import { sendAction } from "../actions/interact.js";
import { h } from "../dom/h.js";
import { fieldId, fieldKey, fieldValue, fill } from "../state/form.js";
import { data, number, text, textList } from "../state/shape.js";
import { failure, pendingOf } from "./button.js";
import { plainOf } from "./text-object.js";

/** @type {Record<string, {type: string, inputmode: string}>} */
const kinds = {
  email_text_input: { type: "email", inputmode: "email" },
  url_text_input: { type: "url", inputmode: "url" },
  number_input: { type: "text", inputmode: "decimal" },
};

/** @type {import("../blocks/view-types.js").ElementView} */
export function textInput(place, element) {
  const { app, origin, blockId } = place;
  const field = fieldKey(blockId, element);
  const value = fieldValue(app, origin, blockId, element);
  const most = number(element["max_length"]);
  const isLong = element["multiline"] === true;
  const when = textList(data(element["dispatch_action_config"])["trigger_actions_on"]);
  const dispatch = (/** @type {string} */ typed) =>
    sendAction(app, origin, blockId, element, { value: typed });
  const onInput = (/** @type {Event} */ event) => {
    const typed = typedIn(event);
    const hadProblem = place.problemId !== undefined;
    fill(app, origin, field, typed);
    if (place.dispatches && when.includes("on_character_entered")) void dispatch(typed);
    if (hadProblem || most !== undefined) app.update();
  };
  const onKeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.isComposing || isLong) return;
    if (!place.dispatches || (when.length > 0 && !when.includes("on_enter_pressed"))) return;
    event.preventDefault();
    void dispatch(typedIn(event));
  };
  const shared = {
    class: "field",
    id: fieldId(origin, field),
    value: typeof value === "string" ? value : "",
    placeholder: plainOf(element["placeholder"]) || null,
    "data-action-id": text(element["action_id"]),
    "aria-labelledby": place.labelId,
    "aria-label": place.labelId === undefined ? plainOf(element["placeholder"]) || "Text" : null,
    "aria-describedby": place.problemId,
    "aria-invalid": place.problemId === undefined ? null : "true",
    autofocus: element["focus_on_load"] === true,
    autocomplete: "off",
    onInput,
    onKeydown,
  };
  const kind = kinds[text(element["type"])] ?? { type: "text", inputmode: "text" };
  const control = isLong
    ? h("textarea", { ...shared, rows: "4" })
    : h("input", { ...shared, ...kind });
  const length = typeof value === "string" ? value.length : 0;
  const left = most === undefined ? null : h("span", { class: "count" }, String(most - length));
  return [h("span", { class: "field-holder" }, control, left), failure(pendingOf(place, element))];
}

/** @param {Event} event @returns {string} */
function typedIn(event) {
  const { target } = event;
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
    ? target.value
    : "";
}
