// @ts-check
/** Dates and times, chosen with the browser's own pickers. */

import { sendAction } from "../actions/interact.js";
import { h } from "../dom/h.js";
import { fieldId, fieldKey, fieldValue, fill, sentValue } from "../state/form.js";
import { text } from "../state/shape.js";
import { failure, pendingOf } from "./button.js";
import { plainOf } from "./text-object.js";

/** @type {Record<string, {input: string, name: string}>} */
const kinds = {
  datepicker: { input: "date", name: "Select a date" },
  timepicker: { input: "time", name: "Select a time" },
  datetimepicker: { input: "datetime-local", name: "Select a date and time" },
};

/** @type {import("../blocks/view-types.js").ElementView} */
export function picker(place, element) {
  const { app, origin, blockId } = place;
  const kind = kinds[text(element["type"])] ?? { input: "date", name: "Select a date" };
  const field = fieldKey(blockId, element);
  const value = fieldValue(app, origin, blockId, element);
  const shown = typeof value === "string" ? value : "";
  const change = (/** @type {Event} */ event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    const next =
      kind.input === "datetime-local" ? secondsOf(event.target.value) : event.target.value;
    fill(app, origin, field, next);
    if (place.dispatches)
      void sendAction(app, origin, blockId, element, { selected: sentValue(element, next) });
    app.update();
  };
  const input = h("input", {
    class: "field picker",
    type: kind.input,
    id: fieldId(origin, field),
    value: kind.input === "datetime-local" ? localOf(shown) : shown,
    "data-action-id": text(element["action_id"]),
    "aria-labelledby": place.labelId,
    "aria-label": place.labelId === undefined ? plainOf(element["placeholder"]) || kind.name : null,
    "aria-describedby": place.problemId,
    "aria-invalid": place.problemId === undefined ? null : "true",
    autofocus: element["focus_on_load"] === true,
    onChange: change,
  });
  return [input, failure(pendingOf(place, element))];
}

/** @param {string} local `2026-11-23T09:30` @returns {string} seconds since 1970 */
function secondsOf(local) {
  const time = new Date(local).getTime();
  return Number.isNaN(time) ? "" : String(Math.floor(time / 1000));
}

/** @param {string} seconds @returns {string} `2026-11-23T09:30`, in the reader's zone */
function localOf(seconds) {
  if (seconds === "") return "";
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
