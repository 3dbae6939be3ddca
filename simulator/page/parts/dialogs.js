// @ts-check
/** Modals and confirm dialogs, as the browser's own `dialog`: it keeps the focus inside and the rest out of reach. */

import { dismissView, submitView } from "../actions/interact.js";
import { renderBlocks } from "../blocks/blocks.js";
import { classes, h } from "../dom/h.js";
import { plainOf, textObject } from "../elements/text-object.js";
import { dataList, isData, text } from "../state/shape.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @param {App} app @returns {(VNode | null)[]} */
export function dialogs(app) {
  return [...app.views.map((view, index) => modal(app, view, index)), question(app)];
}

/** @param {HTMLElement} element @returns {void} */
function open(element) {
  if (!(element instanceof HTMLDialogElement)) return;
  element.showModal();
  if (element.querySelector("[autofocus]") !== null) return;
  const first = element.querySelector(
    ".modal-body input, .modal-body textarea, .modal-body button, .dialog-actions .primary",
  );
  if (first instanceof HTMLElement) first.focus({ preventScroll: true });
}

/** @param {App} app @param {Data} view @param {number} index @returns {VNode} */
function modal(app, view, index) {
  const id = text(view["id"]);
  const pending = app.pending.get(id);
  const close = (/** @type {Event} */ event) => {
    event.preventDefault();
    void dismissView(app, view);
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (pending !== "busy") void submitView(app, view);
  };
  const failure = pending === "busy" ? undefined : pending;
  return h(
    "dialog",
    {
      class: classes("modal", index < app.views.length - 1 && "below"),
      key: id,
      ref: open,
      "data-view": id,
      "data-callback-id": text(view["callback_id"]),
      "aria-labelledby": `${id}-title`,
      onCancel: close,
    },
    h(
      "form",
      { class: "modal-form", novalidate: true, onSubmit: submit },
      h(
        "div",
        { class: "modal-header" },
        index > 0 ? h("span", { class: "modal-depth" }, `${index + 1}`) : null,
        h("h2", { id: `${id}-title` }, plainOf(view["title"])),
        h(
          "button",
          { class: "tool", type: "button", "aria-label": "Close", onClick: close },
          icon("close"),
        ),
      ),
      failure === undefined
        ? null
        : h("p", { class: "modal-failure", role: "alert" }, icon("warning"), failure),
      h(
        "div",
        { class: "modal-body" },
        renderBlocks({ app, origin: { kind: "view", id, home: false } }, dataList(view["blocks"])),
      ),
      modalActions(view, pending === "busy", close),
    ),
  );
}

/** @param {Data} view @param {boolean} busy @param {(event: Event) => void} close @returns {VNode} */
function modalActions(view, busy, close) {
  const hasInputs = dataList(view["blocks"]).some((block) => block["type"] === "input");
  const submit = h(
    "button",
    {
      class: classes("button", "primary", busy && "busy"),
      type: "submit",
      "aria-busy": busy ? "true" : null,
    },
    plainOf(view["submit"]) || "Submit",
  );
  return h(
    "div",
    { class: "dialog-actions" },
    h(
      "button",
      { class: "button", type: "button", onClick: close },
      plainOf(view["close"]) || "Cancel",
    ),
    isData(view["submit"]) || hasInputs ? submit : null,
  );
}

/** @param {App} app @returns {VNode | null} */
function question(app) {
  const asked = app.question;
  if (asked === null) return null;
  const { confirm, settle } = asked;
  const refuse = (/** @type {Event} */ event) => {
    event.preventDefault();
    settle(false);
  };
  const style = confirm["style"] === "danger" ? "danger" : "primary";
  return h(
    "dialog",
    {
      class: "modal confirm",
      key: "confirm",
      ref: open,
      "aria-labelledby": "confirm-title",
      role: "alertdialog",
      onCancel: refuse,
    },
    h(
      "div",
      { class: "modal-header" },
      h("h2", { id: "confirm-title" }, plainOf(confirm["title"])),
    ),
    h("div", { class: "modal-body" }, textObject(app, confirm["text"])),
    h(
      "div",
      { class: "dialog-actions" },
      h(
        "button",
        { class: "button", type: "button", onClick: refuse },
        plainOf(confirm["deny"]) || "Cancel",
      ),
      h(
        "button",
        { class: `button ${style}`, type: "button", onClick: () => settle(true) },
        plainOf(confirm["confirm"]) || "Yes",
      ),
    ),
  );
}
