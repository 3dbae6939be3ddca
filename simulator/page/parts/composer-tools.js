// @ts-check
/** The controls around a composer's text: attached files, and buttons that insert text. */

import { attach, detach } from "../actions/attach.js";
import { h } from "../dom/h.js";
import { sizeText } from "../text/size.js";
import { areaOf, write } from "./composer-box.js";
import { emojiPicker } from "./emoji-picker.js";
import { icon } from "./icons.js";

/** @typedef {import("./composer-box.js").Box} Box */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @type {readonly {sign: "bold" | "italic" | "strike" | "code", label: string, mark: string}[]} */
const marks = [
  { sign: "bold", label: "Bold", mark: "*" },
  { sign: "italic", label: "Italic", mark: "_" },
  { sign: "strike", label: "Strikethrough", mark: "~" },
  { sign: "code", label: "Code", mark: "`" },
];

/** @param {Box} box @returns {VNode | null} */
export function attachedFiles(box) {
  const ids = box.app.attached.get(box.place) ?? [];
  if (ids.length === 0) return null;
  return h(
    "div",
    { class: "attached", role: "group", "aria-label": "Files to send" },
    ids.map((id) => {
      const known = box.app.uploads.get(id);
      const name = known?.name ?? id;
      return h(
        "span",
        { class: "file-chip", key: id },
        icon("clip"),
        h("span", { class: "file-name" }, name),
        h("span", { class: "file-size" }, sizeText(known?.size ?? 0)),
        h(
          "button",
          {
            class: "tool",
            type: "button",
            "aria-label": `Do not send ${name}`,
            onClick: () => detach(box.app, box.place, id),
          },
          icon("close"),
        ),
      );
    }),
  );
}

/** @param {Box} box @returns {VNode} */
export function composerTools(box) {
  return h(
    "div",
    { class: "composer-tools", role: "toolbar", "aria-label": "Write" },
    attachButton(box),
    marks.map(({ sign, label, mark }) => button(sign, label, () => surround(box, mark))),
    h("span", { class: "tool-line", "aria-hidden": "true" }),
    emojiButton(box),
    button("at", "Mention somebody", () => insert(box, "@")),
  );
}

/** @param {"bold" | "italic" | "strike" | "code" | "at"} sign @param {string} label @param {() => void} run @returns {VNode} */
function button(sign, label, run) {
  return h(
    "button",
    { class: "tool", key: sign, type: "button", title: label, "aria-label": label, onClick: run },
    icon(sign),
  );
}

/** @param {Box} box @returns {VNode} */
function attachButton(box) {
  const take = (/** @type {Event} */ event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    const files = [...(event.target.files ?? [])];
    event.target.value = "";
    void attach(box.app, box.place, files);
  };
  return h(
    "label",
    { class: "tool attach", title: "Attach files" },
    icon("plus"),
    h("input", {
      class: "file-native",
      type: "file",
      multiple: true,
      "aria-label": "Attach files",
      onChange: take,
    }),
  );
}

/** @param {Box} box @returns {import("../dom/h.js").Child} */
function emojiButton(box) {
  const id = `${box.id}-emoji`;
  const isOpen = box.app.popup?.id === id;
  const toggle = () => {
    box.app.popup = isOpen ? null : { id, query: "", active: 0 };
    box.app.update();
  };
  return [
    h(
      "button",
      {
        class: "tool",
        type: "button",
        id,
        title: "Emoji",
        "aria-label": "Emoji",
        "aria-haspopup": "dialog",
        "aria-expanded": String(isOpen),
        onClick: toggle,
      },
      icon("smile"),
    ),
    isOpen
      ? emojiPicker(box.app, id, "Emoji for the message", (name) => insert(box, `:${name}: `))
      : null,
  ];
}

/** @param {Box} box @param {string} words @returns {void} in the place of what is selected, with a space before if that needs one */
function insert(box, words) {
  const area = areaOf(box);
  if (area === null) return;
  const { value, selectionStart, selectionEnd } = area;
  const before = value.slice(0, selectionStart);
  const gap = before === "" || /\s$/.test(before) ? "" : " ";
  const typed = before + gap + words;
  area.focus();
  write(box, typed + value.slice(selectionEnd), typed.length);
}

/** @param {Box} box @param {string} mark @returns {void} puts a mark around what is selected */
export function surround(box, mark) {
  const area = areaOf(box);
  if (area === null) return;
  const { value, selectionStart, selectionEnd } = area;
  const selected = value.slice(selectionStart, selectionEnd);
  const typed = `${value.slice(0, selectionStart)}${mark}${selected}`;
  area.focus();
  write(
    box,
    `${typed}${mark}${value.slice(selectionEnd)}`,
    typed.length + (selected === "" ? 0 : 1),
  );
}
