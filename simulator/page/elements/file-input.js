// @ts-check
/** Files to choose. They are uploaded at once; the form holds their ids. */

import { upload } from "../api.js";
import { h } from "../dom/h.js";
import { icon } from "../parts/icons.js";
import { fieldId, fieldKey, fieldValue, fill } from "../state/form.js";
import { number, text, textList } from "../state/shape.js";
import { sizeText } from "../text/size.js";
import { failure, pendingOf } from "./button.js";

/** @typedef {import("../blocks/view-types.js").Place} Place */
/** @typedef {import("../state/shape.js").Data} Data */

const MAX_FILES = 10;

/** @type {import("../blocks/view-types.js").ElementView} */
export function fileInput(place, element) {
  const { app, origin, blockId } = place;
  const id = fieldId(origin, fieldKey(blockId, element));
  const chosen = idsIn(place, element);
  const most = number(element["max_files"]) ?? MAX_FILES;
  const types = textList(element["filetypes"]);
  const take = (/** @type {Event} */ event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    const files = [...(event.target.files ?? [])];
    event.target.value = "";
    void add(place, element, files.slice(0, most - chosen.length));
  };
  const picker = h(
    "label",
    { class: "button file-button", for: id },
    icon("clip"),
    chosen.length === 0 ? "Choose files" : "Add more",
    h("input", {
      class: "file-native",
      type: "file",
      id,
      multiple: most > 1,
      accept: types.length === 0 ? null : types.map((type) => `.${type}`).join(","),
      "data-action-id": text(element["action_id"]),
      "aria-labelledby": place.labelId,
      "aria-describedby": place.problemId,
      "aria-invalid": place.problemId === undefined ? null : "true",
      onChange: take,
    }),
  );
  return [
    h(
      "div",
      { class: "files-field" },
      chosen.map((file) => row(place, element, file)),
      chosen.length < most ? picker : null,
    ),
    failure(app.pending.get(`${id}-upload`) ?? pendingOf(place, element)),
  ];
}

/** @param {Place} place @param {Data} element @returns {string[]} */
function idsIn({ app, origin, blockId }, element) {
  const value = fieldValue(app, origin, blockId, element);
  return Array.isArray(value) ? value : [];
}

/** @param {Place} place @param {Data} element @param {string} file @returns {import("../dom/h.js").VNode} */
function row(place, element, file) {
  const { app, origin, blockId } = place;
  const known = app.uploads.get(file);
  const name = known?.name ?? file;
  const drop = () => {
    const left = idsIn(place, element).filter((one) => one !== file);
    fill(app, origin, fieldKey(blockId, element), left);
    app.update();
  };
  return h(
    "span",
    { class: "file-chip", key: file },
    icon("clip"),
    h("span", { class: "file-name" }, name),
    h("span", { class: "file-size" }, known === undefined ? "" : sizeText(known.size)),
    h(
      "button",
      { class: "tool", type: "button", "aria-label": `Remove ${name}`, onClick: drop },
      icon("close"),
    ),
  );
}

/** @param {Place} place @param {Data} element @param {File[]} files @returns {Promise<void>} */
async function add(place, element, files) {
  const { app, origin, blockId } = place;
  const key = fieldKey(blockId, element);
  const pending = `${fieldId(origin, key)}-upload`;
  app.pending.delete(pending);
  for (const file of files) {
    const stored = await upload(app.me, file);
    if (stored === null) app.pending.set(pending, `${file.name} could not be uploaded.`);
    else {
      app.uploads.set(stored.id, stored);
      fill(app, origin, key, [...idsIn(place, element), stored.id]);
    }
    app.update();
  }
}
