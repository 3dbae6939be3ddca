// @ts-check
/** The value of a field, in the form of `state.values`. */

import { isManyValued, sentValue } from "./form.js";
import { data, dataList, text } from "./shape.js";

/** @typedef {import("./shape.js").Data} Data */

/**
 * @param {Data} element
 * @param {import("./app.js").FieldValue} value
 * @returns {Data}
 */
export function elementState(element, value) {
  const type = text(element["type"]);
  const sent = sentValue(element, value);
  if (/^(multi_)?(static|external)_select|checkboxes|radio_buttons/.test(type))
    return { type, ...chosenOptions(element, value) };
  const kind = /(user|channel|conversation)s_select$/.exec(type)?.[1];
  if (kind !== undefined)
    return { type, [isManyValued(element) ? `selected_${kind}s` : `selected_${kind}`]: sent };
  const moment = /^(date|time|datetime)picker$/.exec(type)?.[1];
  if (moment !== undefined)
    return { type, [`selected_${moment === "datetime" ? "date_time" : moment}`]: sent };
  if (type === "file_input") return { type, files: sent };
  return { type, [type === "rich_text_input" ? "rich_text_value" : "value"]: sent };
}

/** @param {Data} element @param {import("./app.js").FieldValue} value @returns {Data} */
function chosenOptions(element, value) {
  const offered = [
    ...dataList(element["options"]),
    ...dataList(element["option_groups"]).flatMap((group) => dataList(group["options"])),
  ];
  const chosen = new Set(Array.isArray(value) ? value : [value]);
  const options = offered.filter((option) => chosen.has(text(data(option)["value"])));
  return isManyValued(element)
    ? { selected_options: options }
    : { selected_option: options[0] ?? null };
}
