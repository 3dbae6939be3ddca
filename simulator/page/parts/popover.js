// @ts-check
/** Popups that drop down from a control. They lie in the browser's top layer, above an open modal too. */

import { h } from "../dom/h.js";

/** @typedef {import("../state/app.js").App} App */

const GAP_PX = 4;
const EDGE_PX = 8;

/**
 * @param {string} anchorId of the control it belongs to; the popup in `app.popup` has the same id
 * @param {import("../dom/h.js").Props} props
 * @param {...import("../dom/h.js").Child} children
 * @returns {import("../dom/h.js").VNode}
 */
export function popover(anchorId, props, ...children) {
  const open = (/** @type {HTMLElement} */ element) => {
    element.showPopover();
    placeBelow(element, anchorId);
    const first = element.querySelector("input, [role=menuitem], [role=listbox], button");
    if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  };
  return h(
    "div",
    {
      key: `popover-${anchorId}`,
      ...props,
      class: `popover ${typeof props["class"] === "string" ? props["class"] : ""}`,
      popover: "manual",
      "data-popup": anchorId,
      ref: open,
    },
    children,
  );
}

/** @param {HTMLElement} element @param {string} anchorId @returns {void} */
function placeBelow(element, anchorId) {
  const anchor = document.getElementById(anchorId)?.getBoundingClientRect();
  if (anchor === undefined) return;
  const { width, height } = element.getBoundingClientRect();
  const below = anchor.bottom + GAP_PX;
  const fitsBelow = below + height <= innerHeight - EDGE_PX;
  const top = fitsBelow ? below : Math.max(EDGE_PX, anchor.top - height - GAP_PX);
  element.style.top = `${top}px`;
  element.style.left = `${Math.max(EDGE_PX, Math.min(anchor.left, innerWidth - width - EDGE_PX))}px`;
  element.style.minWidth = `${Math.min(anchor.width, innerWidth - 2 * EDGE_PX)}px`;
}

/** Closes the open popup on a click elsewhere, on Escape, and when what is under it scrolls. @param {App} app @returns {void} */
export function watchPopups(app) {
  const close = () => {
    if (app.popup === null) return;
    const anchor = document.getElementById(app.popup.id);
    app.popup = null;
    app.update();
    if (anchor instanceof HTMLElement && document.activeElement?.closest("[data-popup]"))
      anchor.focus({ preventScroll: true });
  };
  const isInside = (/** @type {EventTarget | null} */ target) =>
    target instanceof Element &&
    (target.closest("[data-popup]") !== null ||
      target.closest(`#${CSS.escape(app.popup?.id ?? "-")}`) !== null);
  document.addEventListener("pointerdown", (event) => {
    if (app.popup !== null && !isInside(event.target)) close();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || app.popup === null) return;
      event.preventDefault();
      event.stopPropagation();
      close();
    },
    true,
  );
  addEventListener("resize", close);
}
