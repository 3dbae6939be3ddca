// @ts-check
/** Line icons, drawn on a 20 × 20 grid. They carry no meaning of their own: what they stand on has a name. */

import { h } from "../dom/h.js";

const paths = {
  close: "M5 5l10 10M15 5L5 15",
  menu: "M3 6h14M3 10h14M3 14h14",
  thread: "M4 4.5h12v8.5H9l-4 3.5V13H4z",
  smile: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM7.5 8v.5M12.5 8v.5M7 12c1.8 2 4.2 2 6 0",
  send: "M3.5 4l13.5 6-13.5 6 2-6zM5.5 10H11",
  chevron: "M5.5 8l4.5 4.5L14.5 8",
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  eye: "M2.5 10S5.5 5 10 5s7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  theme: "M10 3a7 7 0 1 0 7 7 5.5 5.5 0 0 1-7-7z",
  window: "M8 4H4v12h12v-4M11 4h5v5M16 4l-7 7",
  warning: "M10 3.5l7.5 13h-15zM10 8v4M10 14.5v.01",
  calendar: "M3.5 5.5h13v11h-13zM3.5 9h13M7 3.5v3M13 3.5v3",
  lock: "M5.5 9h9v7.5h-9zM7.5 9V6.5a2.5 2.5 0 0 1 5 0V9",
};

/**
 * @param {keyof typeof paths} name
 * @returns {import("../dom/h.js").VNode}
 */
export function icon(name) {
  return h(
    "svg",
    {
      class: `icon icon-${name}`,
      viewBox: "0 0 20 20",
      width: "20",
      height: "20",
      "aria-hidden": "true",
      focusable: "false",
    },
    h("path", { d: paths[name] }),
  );
}
