// @ts-check
/** A field for formatted text. What stands in it belongs to the person: an update of the page leaves it alone. */

import { h } from "../dom/h.js";
import { icon } from "../parts/icons.js";
import { fieldId, fieldKey, fieldValue, fill } from "../state/form.js";
import { isData, text } from "../state/shape.js";
import { editableNodes, readRichText } from "../text/rich-editor.js";
import { typedElements } from "../text/typed.js";
import { failure, pendingOf } from "./button.js";
import { plainOf } from "./text-object.js";

/** @typedef {import("../blocks/view-types.js").Place} Place */
/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {{sign: "bold" | "italic" | "strike" | "code" | "list" | "ordered" | "quote", label: string, run: (editor: HTMLElement) => void}} Tool */

/** @param {string} name @param {string} [value] @returns {() => void} one of the browser's own commands for editable text */
function command(name, value) {
  return () => void document.execCommand(name, false, value);
}

/** @type {readonly Tool[]} */
const tools = [
  { sign: "bold", label: "Bold", run: command("bold") },
  { sign: "italic", label: "Italic", run: command("italic") },
  { sign: "strike", label: "Strikethrough", run: command("strikeThrough") },
  { sign: "code", label: "Code", run: toCode },
  { sign: "ordered", label: "Numbered list", run: command("insertOrderedList") },
  { sign: "list", label: "Bulleted list", run: command("insertUnorderedList") },
  { sign: "quote", label: "Quote", run: command("formatBlock", "blockquote") },
];

/** @type {import("../blocks/view-types.js").ElementView} */
export function richTextInput(place, element) {
  const { app, origin, blockId } = place;
  const field = fieldKey(blockId, element);
  const id = fieldId(origin, field);
  const settle = (/** @type {HTMLElement} */ editor) => {
    const value = fieldValue(app, origin, blockId, element);
    if (isData(value))
      editor.append(...editableNodes(value, { lookUp: (one) => typedForm(app, one) }));
    if (element["focus_on_load"] === true) editor.focus();
  };
  const take = (/** @type {Event} */ event) => {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    const read = (/** @type {string} */ typed, /** @type {Data} */ style) =>
      typedElements(app, typed, style);
    fill(app, origin, field, readRichText(event.currentTarget, read));
    if (place.problemId !== undefined) app.update();
  };
  const editor = h("div", {
    class: "field rich-editor",
    id,
    role: "textbox",
    contenteditable: "true",
    "aria-multiline": "true",
    "data-action-id": text(element["action_id"]),
    "data-placeholder": plainOf(element["placeholder"]),
    "aria-labelledby": place.labelId,
    "aria-label": place.labelId === undefined ? "Formatted text" : null,
    "aria-describedby": place.problemId,
    "aria-invalid": place.problemId === undefined ? null : "true",
    ref: settle,
    onInput: take,
    onPaste: pastePlain,
  });
  return [
    h("div", { class: "rich-holder" }, toolbar(id), editor),
    failure(pendingOf(place, element)),
  ];
}

/** @param {string} id of the editor @returns {import("../dom/h.js").VNode} */
function toolbar(id) {
  return h(
    "div",
    { class: "rich-tools", role: "toolbar", "aria-label": "Formatting", "aria-controls": id },
    tools.map(({ sign, label, run }) =>
      h(
        "button",
        {
          class: "tool",
          key: sign,
          type: "button",
          title: label,
          "aria-label": label,
          // The selection must stay where it is.
          onPointerdown: (/** @type {Event} */ event) => event.preventDefault(),
          onClick: () => {
            const editor = document.getElementById(id);
            if (editor === null) return;
            editor.focus();
            run(editor);
            editor.dispatchEvent(new Event("input"));
          },
        },
        icon(sign),
      ),
    ),
  );
}

/** Puts the selection into a `code` element, or takes it out of one. @param {HTMLElement} editor @returns {void} */
function toCode(editor) {
  const selection = getSelection();
  const range = selection?.rangeCount === 0 ? undefined : selection?.getRangeAt(0);
  if (range === undefined || !editor.contains(range.commonAncestorContainer)) return;
  const around = range.commonAncestorContainer.parentElement?.closest("code");
  if (around && editor.contains(around)) {
    around.replaceWith(...around.childNodes);
    return;
  }
  if (range.collapsed) return;
  const code = document.createElement("code");
  code.append(range.extractContents());
  range.insertNode(code);
  selection?.selectAllChildren(code);
}

/** Formats from elsewhere would be lost when it is sent, so they do not get in. @param {ClipboardEvent} event @returns {void} */
function pastePlain(event) {
  event.preventDefault();
  const words = event.clipboardData?.getData("text/plain") ?? "";
  document.execCommand("insertText", false, words);
}

/** @param {import("../state/app.js").App} app @param {Data} element @returns {string} a mention as it would be typed */
function typedForm(app, element) {
  const { people, groups, channels } = app.workspace;
  switch (element["type"]) {
    case "user":
      return `@${people.get(text(element["user_id"]))?.handle ?? text(element["user_id"])}`;
    case "usergroup":
      return `@${groups.get(text(element["usergroup_id"]))?.handle ?? text(element["usergroup_id"])}`;
    case "channel":
      return `#${channels.get(text(element["channel_id"]))?.name ?? text(element["channel_id"])}`;
    case "broadcast":
      return `@${text(element["range"])}`;
    case "emoji":
      return `:${text(element["name"])}:`;
    default:
      return text(element["url"]) || text(element["text"]);
  }
}
