// @ts-check
/** The files of a message: pictures as pictures, everything else as a card to download. */

import { h } from "../dom/h.js";
import { dataList, number, text } from "../state/shape.js";
import { sizeText } from "../text/size.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/shape.js").Data} Data */

/** @param {App} app @param {Data} message @returns {import("../dom/h.js").VNode | null} */
export function filesOf(app, message) {
  const files = dataList(message["files"]);
  if (files.length === 0) return null;
  return h(
    "div",
    { class: "files" },
    files.map((file) => fileView(app, file)),
  );
}

/** @param {App} app @param {Data} file @returns {import("../dom/h.js").VNode} */
function fileView(app, file) {
  const id = text(file["id"]);
  const name = text(file["title"]) || text(file["name"]);
  const address = `/sim/file?${new URLSearchParams({ user: app.me, id })}`;
  const size = sizeText(number(file["size"]) ?? 0);
  if (/^image\/(png|jpeg|gif|webp)$/.test(text(file["mimetype"])))
    return h(
      "figure",
      { class: "figure", key: id },
      h("figcaption", null, name),
      h(
        "a",
        { href: address, target: "_blank", rel: "noopener" },
        h("img", { class: "image block", src: address, alt: name }),
      ),
    );
  return h(
    "a",
    { class: "file-card", key: id, href: address, download: text(file["name"]) },
    h("span", { class: "file-sign" }, icon("clip")),
    h(
      "span",
      { class: "file-words" },
      h("span", { class: "file-name" }, name),
      h("span", { class: "file-size" }, `${text(file["pretty_type"]) || "File"} · ${size}`),
    ),
  );
}
