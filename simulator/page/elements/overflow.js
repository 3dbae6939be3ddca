// @ts-check
/** The "…" menu. */

import { sendAction } from "../actions/interact.js";
import { h } from "../dom/h.js";
import { icon } from "../parts/icons.js";
import { popover } from "../parts/popover.js";
import { moveBetweenItems } from "../parts/walk.js";
import { fieldId, fieldKey } from "../state/form.js";
import { dataList, text } from "../state/shape.js";
import { failure, pendingOf } from "./button.js";
import { plainOf } from "./text-object.js";

/** @type {import("../blocks/view-types.js").ElementView} */
export function overflow(place, element) {
  const { app, origin, blockId } = place;
  const id = fieldId(origin, fieldKey(blockId, element));
  const isOpen = app.popup?.id === id;
  const toggle = () => {
    app.popup = isOpen ? null : { id, query: "", active: 0 };
    app.update();
  };
  const items = dataList(element["options"]).map((option) => {
    const url = text(option["url"]);
    const choose = () => {
      app.popup = null;
      void sendAction(app, origin, blockId, element, { selected: text(option["value"]) });
    };
    const shared = { role: "menuitem", class: "menu-item", onClick: choose };
    return url === ""
      ? h("button", { ...shared, type: "button" }, plainOf(option["text"]))
      : h(
          "a",
          { ...shared, href: url, target: "_blank", rel: "noopener noreferrer" },
          plainOf(option["text"]),
        );
  });
  return h(
    "span",
    { class: "menu-holder" },
    h(
      "button",
      {
        class: "button icon-only",
        type: "button",
        id,
        "aria-label": "More actions",
        "aria-haspopup": "menu",
        "aria-expanded": String(isOpen),
        "data-action-id": text(element["action_id"]),
        onClick: toggle,
      },
      icon("more"),
    ),
    isOpen
      ? popover(
          id,
          { role: "menu", "aria-label": "More actions", onKeydown: moveBetweenItems },
          items,
        )
      : null,
    failure(pendingOf(place, element)),
  );
}
