// @ts-check
/** Input values before they are submitted. */

import { originKey } from "./app.js";
import { data, dataList, isData, text, textList } from "./shape.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Origin} Origin */
/** @typedef {import("./app.js").FieldValue} FieldValue */
/** @typedef {import("./shape.js").Data} Data */

const manyValued = /^(multi_|checkboxes|file_input)/;

/** @param {Data} element @returns {boolean} whether the element's value is a list */
export function isManyValued(element) {
  return manyValued.test(text(element["type"]));
}

/** @param {string} blockId @param {Data} element @returns {string} */
export function fieldKey(blockId, element) {
  return `${blockId}/${text(element["action_id"])}`;
}

/** @param {Origin} origin @param {string} field @returns {string} usable as an element id */
export function fieldId(origin, field) {
  return `f-${originKey(origin)}-${field}`.replace(/[^\w-]/g, "_");
}

/** @param {App} app @param {Origin} origin @param {string} blockId @param {Data} element @returns {FieldValue} */
export function fieldValue(app, origin, blockId, element) {
  const form = app.forms.get(originKey(origin));
  const key = fieldKey(blockId, element);
  if (form?.has(key)) return form.get(key);
  if (element["default_to_current_conversation"] !== true) return initialValue(element);
  return isManyValued(element) ? [app.route.channel] : app.route.channel;
}

/** @param {App} app @param {Origin} origin @param {string} field @param {FieldValue} value @returns {void} */
export function fill(app, origin, field, value) {
  const key = originKey(origin);
  const form = app.forms.get(key) ?? new Map();
  app.forms.set(key, form.set(field, value));
  app.problems.delete(`${key}/${field}`);
}

/**
 * The element with the options that the app has offered for it so far, where they are not part of the view.
 *
 * @param {App} app
 * @param {Origin} origin
 * @param {string} blockId
 * @param {Data} element
 * @returns {Data}
 */
export function withOffers(app, origin, blockId, element) {
  if (!isExternal(element)) return element;
  const offered = app.offers.get(`${originKey(origin)}/${fieldKey(blockId, element)}`);
  const initial = isData(element["initial_option"]) ? [element["initial_option"]] : [];
  const known = [...initial, ...dataList(element["initial_options"]), ...(offered?.known ?? [])];
  return { ...element, options: known };
}

/** @param {Data} element @returns {boolean} whether the app is asked for its options */
export function isExternal(element) {
  return text(element["type"]).endsWith("external_select");
}

/** @param {Data} element @returns {FieldValue} what the bot filled in */
export function initialValue(element) {
  if (element["type"] === "rich_text_input")
    return isData(element["initial_value"]) ? element["initial_value"] : undefined;
  if (isManyValued(element)) {
    for (const name of ["initial_users", "initial_channels", "initial_conversations"]) {
      if (Array.isArray(element[name])) return textList(element[name]);
    }
    return dataList(element["initial_options"]).map((option) => text(option["value"]));
  }
  if (element["initial_option"] !== undefined)
    return text(data(element["initial_option"])["value"]);
  const names = ["value", "date", "time", "date_time", "user", "channel", "conversation"];
  for (const name of names) {
    const value = element[`initial_${name}`];
    if (typeof value === "string" || typeof value === "number") return String(value);
  }
  return undefined;
}

/**
 * @param {App} app
 * @param {Origin} origin
 * @param {readonly Data[]} blocks
 * @returns {{blockId: string, element: Data, value: FieldValue}[]} every element with a value
 */
export function fields(app, origin, blocks) {
  return blocks.flatMap((block) => {
    const blockId = text(block["block_id"]);
    const elements =
      block["type"] === "input"
        ? [data(block["element"])]
        : [...dataList(block["elements"]), data(block["accessory"])].filter(hasValue);
    return elements.map((element) => ({
      blockId,
      element: withOffers(app, origin, blockId, element),
      value: fieldValue(app, origin, blockId, element),
    }));
  });
}

/** @param {Data} element @returns {boolean} */
function hasValue(element) {
  return /select$|picker$|checkboxes|radio_buttons|_input$/.test(text(element["type"]));
}

/** @typedef {string | number | string[] | Data | null} Sent */

/** @param {Data} element @param {FieldValue} value @returns {Sent} as the server takes it */
export function sentValue(element, value) {
  if (value === undefined || value === "") return isManyValued(element) ? [] : null;
  return element["type"] === "datetimepicker" ? Number(value) : value;
}
