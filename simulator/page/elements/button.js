// @ts-check
/** Buttons. A click stays busy until the app acknowledged it; what went wrong is said beside it. */

import { sendAction } from "../actions/interact.js";
import { classes, h } from "../dom/h.js";
import { icon } from "../parts/icons.js";
import { originKey } from "../state/app.js";
import { fieldKey } from "../state/form.js";
import { data, text, textList } from "../state/shape.js";
import { plainOf } from "./text-object.js";

/** @typedef {import("../blocks/view-types.js").Place} Place */
/** @typedef {import("../state/shape.js").Data} Data */

/** @param {Place} place @param {Data} element @returns {string | undefined} `busy`, or why the last try failed */
export function pendingOf(place, element) {
  return place.app.pending.get(`${originKey(place.origin)}/${fieldKey(place.blockId, element)}`);
}

/** @param {string | undefined} pending @returns {import("../dom/h.js").Child} */
export function failure(pending) {
  if (pending === undefined || pending === "busy") return null;
  return h("span", { class: "failure", role: "alert" }, icon("warning"), pending);
}

/** @type {import("../blocks/view-types.js").ElementView} */
export function button(place, element) {
  const pending = pendingOf(place, element);
  const url = text(element["url"]);
  const click = () => {
    if (pending === "busy") return;
    void sendAction(place.app, place.origin, place.blockId, element, {
      value: text(element["value"]),
    });
  };
  const shared = {
    class: classes("button", text(element["style"]), pending === "busy" && "busy"),
    "data-action-id": text(element["action_id"]),
    "aria-label": text(element["accessibility_label"]) || null,
    "aria-busy": pending === "busy" ? "true" : null,
    onClick: click,
  };
  const label = plainOf(element["text"]);
  const control =
    url === ""
      ? h("button", { ...shared, type: "button" }, label)
      : h("a", { ...shared, href: url, target: "_blank", rel: "noopener noreferrer" }, label);
  return [control, failure(pending)];
}

/** @type {import("../blocks/view-types.js").ElementView} */
export function iconButton(place, element) {
  const readers = textList(element["visible_to_user_ids"]);
  if (readers.length > 0 && !readers.includes(place.app.me)) return null;
  return button(place, element);
}

/** @type {import("../blocks/view-types.js").ElementView} */
export function feedbackButtons(place, element) {
  const pending = pendingOf(place, element);
  const one = (/** @type {Data} */ choice, /** @type {string} */ sign) =>
    h(
      "button",
      {
        class: classes("button", "feedback", pending === "busy" && "busy"),
        type: "button",
        "data-action-id": text(element["action_id"]),
        "aria-label": text(choice["accessibility_label"]) || plainOf(choice["text"]),
        title: plainOf(choice["text"]),
        onClick: () =>
          void sendAction(place.app, place.origin, place.blockId, element, {
            value: text(choice["value"]),
          }),
      },
      sign,
    );
  return [
    one(data(element["positive_button"]), "👍"),
    one(data(element["negative_button"]), "👎"),
    failure(pending),
  ];
}
