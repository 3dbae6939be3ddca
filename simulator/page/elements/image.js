// @ts-check
/** Pictures. The page asks no other host for anything, so a picture from elsewhere is named, not loaded. */

import { h } from "../dom/h.js";
import { data, text } from "../state/shape.js";

/** @param {string} url @returns {boolean} whether this page may load it */
function isOwn(url) {
  if (url.startsWith("data:image/")) return true;
  return URL.canParse(url, location.href) && new URL(url, location.href).origin === location.origin;
}

/**
 * @param {import("../state/app.js").App} app
 * @param {import("../state/shape.js").Data} element
 * @param {"accessory" | "context" | "block"} size
 * @returns {import("../dom/h.js").VNode}
 */
export function image(app, element, size) {
  const file = data(element["slack_file"]);
  const id = text(file["id"]);
  const url =
    id === ""
      ? text(element["image_url"]) || text(file["url"])
      : `/sim/file?${new URLSearchParams({ user: app.me, id })}`;
  const alt = text(element["alt_text"], "picture");
  if (url !== "" && isOwn(url)) return h("img", { class: `image ${size}`, src: url, alt });
  const host = URL.canParse(url) ? new URL(url).host : "a file";
  return h(
    "span",
    {
      class: `image placeholder ${size}`,
      role: "img",
      "aria-label": alt,
      title: `Picture from ${host}; the simulator loads nothing from other hosts`,
    },
    size === "context" ? "▧" : alt,
  );
}
