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
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4",
  pulse: "M2.5 10h3.5l2-5.5 4 11 2-5.5h3.5",
  bolt: "M11 2.5L4.5 11.5H10l-1 6 6.5-9H10z",
  mail: "M3 5h14v10.5H3zM3 5.5l7 6 7-6",
  copy: "M7 7h9.500v9.500H7zM13 7V3.500H3.500V13H7",
  plus: "M10 4v12M4 10h12",
  pencil: "M4 16l.8-3.500L13 4.300l2.7 2.7-8.2 8.200z",
  trash: "M4.5 6h11M8 6V4h4v2M6 6l.7 10.500h6.600L14 6",
  link: "M8.5 11.500l3-3M7 9.500l-2 2a2.5 2.5 0 0 0 3.5 3.500l2-2M13 10.500l2-2A2.5 2.5 0 0 0 11.5 5l-2 2",
  at: "M10 6.800a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.400zM13.2 7v4.200c0 2.6 3.6 2.2 3.6-1.200a6.8 6.8 0 1 0-2.8 5.5",
  clip: "M15.5 9.500l-5.8 5.800a3.3 3.3 0 0 1-4.7-4.700l6.2-6.200a2.2 2.2 0 0 1 3.1 3.100l-6 6a1 1 0 0 1-1.5-1.500l5.3-5.3",
  bold: "M6 4h4.500a3 3 0 0 1 0 6H6zM6 10h5.300a3 3 0 0 1 0 6H6z",
  italic: "M8.5 4h6M5.5 16h6M11.7 4l-3.4 12",
  strike:
    "M3.5 10h13M13.5 6.500C13 4.8 11.6 4 10 4 8 4 6.5 5 6.5 6.800c0 1.4 1 2.3 3 2.900M6.5 13.500c.5 1.7 2 2.5 3.5 2.5 2.2 0 3.6-1.2 3.6-3 0-.7-.2-1.3-.7-1.8",
  code: "M7 6l-4 4 4 4M13 6l4 4-4 4",
  list: "M7.5 5h9M7.5 10h9M7.5 15h9M3.5 5h.01M3.5 10h.01M3.5 15h.01",
  ordered: "M8 5h8.500M8 10h8.500M8 15h8.500M3 4l1-.500V7M3 9.500h2L3 12.500h2M3 14h1.800v3H3",
  quote: "M4 4v12M8 6h8M8 10h8M8 14h5",
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
