// @ts-check
/**
 * The box for typing. What stands in it belongs to the person: no update writes to it, and it is
 * remembered for this tab until it is sent.
 */

import { attach, takeAttached } from "../actions/attach.js";
import { editLast } from "../actions/edit.js";
import { registerComposer, send } from "../actions/send.js";
import { classes, h } from "../dom/h.js";
import { text } from "../state/shape.js";
import { recall, remember } from "../state/storage.js";
import { completeAt, completionList, onCompletionKey } from "./completion.js";
import { areaOf, write } from "./composer-box.js";
import { attachedFiles, composerTools, surround } from "./composer-tools.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("./composer-box.js").Box} Box */

/**
 * @param {App} app
 * @param {string} channel
 * @param {string | undefined} thread
 * @param {string} hint
 * @returns {import("../dom/h.js").VNode}
 */
export function composer(app, channel, thread, hint) {
  const place = thread === undefined ? channel : `${channel}/${thread}`;
  /** @type {Box} */
  const box = { app, channel, thread, place, id: `composer-${place.replace(/[^\w]/g, "-")}` };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void sendTyped(box);
  };
  return h(
    "form",
    {
      class: classes("composer", (app.attached.get(place) ?? []).length > 0 && "with-files"),
      key: place,
      "data-composer": place,
      onSubmit: submit,
      onDragover: (/** @type {Event} */ event) => event.preventDefault(),
      onDrop: (/** @type {DragEvent} */ event) => takeFiles(box, event, event.dataTransfer),
    },
    completionList(box),
    h("textarea", {
      id: box.id,
      class: "composer-text",
      rows: "1",
      placeholder: hint,
      "aria-label": hint,
      "aria-autocomplete": "list",
      "aria-controls": app.popup?.id === `${box.id}-completion` ? `${box.id}-completion` : null,
      "aria-activedescendant":
        app.popup?.id === `${box.id}-completion`
          ? `${box.id}-completion-${app.popup.active}`
          : null,
      value: text(recall("session", `draft.${app.me}.${place}`)),
      ref: (/** @type {HTMLTextAreaElement} */ area) => settle(box, area),
      onInput: () => onInput(box),
      onKeydown: (/** @type {KeyboardEvent} */ event) => onKeydown(box, event),
      onClick: () => completeAt(box),
      onPaste: (/** @type {ClipboardEvent} */ event) => takeFiles(box, event, event.clipboardData),
    }),
    attachedFiles(box),
    h(
      "div",
      { class: "composer-foot" },
      composerTools(box),
      h("span", { class: "spacer" }),
      h(
        "button",
        { class: "send", type: "submit", "aria-label": "Send", title: "Send (Enter)" },
        icon("send"),
      ),
    ),
  );
}

/** Files that are dropped or pasted go along; text is left to the browser. @param {Box} box @param {Event} event @param {DataTransfer | null} source @returns {void} */
function takeFiles(box, event, source) {
  const files = [...(source?.files ?? [])];
  if (files.length === 0) return;
  event.preventDefault();
  void attach(box.app, box.place, files);
}

/** @type {Record<string, string>} */
const marksOfKeys = { b: "*", i: "_", e: "`" };

/** @param {Box} box @param {HTMLTextAreaElement} area @returns {void} once, when the box appears */
function settle(box, area) {
  grow(area);
  registerComposer(box.place, (typed) => {
    area.focus();
    write(box, typed);
  });
  const isBusy =
    document.activeElement instanceof HTMLInputElement ||
    document.querySelector("dialog[open]") !== null;
  if (!isBusy && matchMedia("(min-width: 700px)").matches) area.focus({ preventScroll: true });
}

/** @param {Box} box @returns {void} */
function onInput(box) {
  const area = areaOf(box);
  if (area === null) return;
  grow(area);
  remember(
    "session",
    `draft.${box.app.me}.${box.place}`,
    area.value === "" ? undefined : area.value,
  );
  completeAt(box);
}

/** @param {HTMLTextAreaElement} area @returns {void} */
function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

/** @param {Box} box @param {KeyboardEvent} event @returns {void} */
function onKeydown(box, event) {
  if (event.isComposing || onCompletionKey(box, event)) return;
  const mark = event.ctrlKey || event.metaKey ? marksOfKeys[event.key] : undefined;
  if (mark !== undefined) {
    event.preventDefault();
    surround(box, mark);
    return;
  }
  if (event.key === "ArrowUp" && areaOf(box)?.value === "") {
    if (editLast(box.app, box.channel, box.thread)) event.preventDefault();
    return;
  }
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  void sendTyped(box);
}

/** @param {Box} box @returns {Promise<void>} */
async function sendTyped(box) {
  const area = areaOf(box);
  const typed = area?.value ?? "";
  const hasFiles = (box.app.attached.get(box.place) ?? []).length > 0;
  if (area === null || (typed.trim() === "" && !hasFiles)) return;
  const files = takeAttached(box.app, box.place);
  write(box, "");
  box.app.popup = null;
  box.app.update();
  await send(box.app, box.channel, box.thread, typed, files);
}
