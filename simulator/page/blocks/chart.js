// @ts-check
/** Charts: lines, bars, areas and pies, drawn as SVG. Their content is also given as text. */

import { h } from "../dom/h.js";
import { data, dataList, number, text, textList } from "../state/shape.js";

/** @typedef {import("../dom/h.js").VNode} VNode */
/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {{name: string, values: number[]}} Series */
/** @typedef {{least: number, most: number, at: (value: number) => number}} Scale */

const WIDTH = 560;
const HEIGHT = 220;
const EDGE = { left: 48, right: 10, top: 10, bottom: 24 };
const GRID_LINES = 4;
const COLORS = 12;
const PIE_RADIUS = 90;

/** @type {import("./view-types.js").BlockView} */
export function chartBlock(_stage, block) {
  const chart = data(block["chart"]);
  const title = text(block["title"]);
  const isPie = chart["type"] === "pie";
  const segments = dataList(chart["segments"]).map((segment) => ({
    name: text(segment["label"]),
    values: [number(segment["value"]) ?? 0],
  }));
  const series = isPie ? segments : dataList(chart["series"]).map(toSeries);
  const categories = textList(data(chart["axis_config"])["categories"]);
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", { class: "card-title" }, title),
    h(
      "svg",
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        role: "img",
        "aria-label": `${title}: ${describe(series, categories)}`,
      },
      isPie ? pie(segments) : plot(text(chart["type"]), series, categories),
    ),
    legend(series),
  );
}

/** @param {Data} source @returns {Series} */
function toSeries(source) {
  return {
    name: text(source["name"]),
    values: dataList(source["data"]).map((point) => number(point["value"]) ?? 0),
  };
}

/** @param {Series[]} series @param {string[]} categories @returns {string} */
function describe(series, categories) {
  return series
    .map(({ name, values }) => {
      const points = values.map((value, index) =>
        categories[index] === undefined ? `${value}` : `${categories[index]} ${value}`,
      );
      return `${name} ${points.join(", ")}`;
    })
    .join("; ");
}

/** @param {Series[]} series @returns {VNode} */
function legend(series) {
  return h(
    "ul",
    { class: "chart-legend", "aria-hidden": "true" },
    series.map(({ name }, index) =>
      h("li", { key: name }, h("i", { class: `chart-${index % COLORS}` }), name),
    ),
  );
}

/** @param {string} type @param {Series[]} series @param {string[]} categories @returns {VNode[]} */
function plot(type, series, categories) {
  const scale = scaleOf(series.flatMap(({ values }) => values));
  const step = (WIDTH - EDGE.left - EDGE.right) / Math.max(1, categories.length);
  const center = (/** @type {number} */ index) => EDGE.left + step * (index + 0.5);
  const marks = series.flatMap((one, index) =>
    type === "bar"
      ? bars(one, { index, count: series.length, step, scale })
      : line(one, { index, center, scale, isArea: type === "area" }),
  );
  const names = categories.map((category, index) =>
    h(
      "text",
      { class: "chart-label", x: center(index), y: HEIGHT - 6, "text-anchor": "middle" },
      category,
    ),
  );
  return [...grid(scale), ...marks, ...names];
}

/** @param {number[]} values @returns {Scale} from zero, or below it, to a round number */
function scaleOf(values) {
  const least = Math.min(0, ...values);
  const highest = Math.max(0, ...values);
  const size = 10 ** Math.floor(Math.log10(Math.max(highest - least, 1e-6)));
  const most = Math.ceil(highest / size) * size || size;
  const height = HEIGHT - EDGE.top - EDGE.bottom;
  const at = (/** @type {number} */ value) =>
    EDGE.top + height * (1 - (value - least) / (most - least));
  return { least, most, at };
}

/** @param {Scale} scale @returns {VNode[]} */
function grid({ least, most, at }) {
  return Array.from({ length: GRID_LINES + 1 }, (_, index) => {
    const value = least + ((most - least) * index) / GRID_LINES;
    const label = value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
    return h(
      "g",
      { key: `grid-${index}` },
      h("line", {
        class: "chart-grid",
        x1: EDGE.left,
        x2: WIDTH - EDGE.right,
        y1: at(value),
        y2: at(value),
      }),
      h(
        "text",
        { class: "chart-label", x: EDGE.left - 6, y: at(value) + 4, "text-anchor": "end" },
        label,
      ),
    );
  });
}

/** @param {Series} series @param {{index: number, count: number, step: number, scale: Scale}} place @returns {VNode[]} */
function bars({ name, values }, { index, count, step, scale }) {
  const width = (step * 0.7) / count;
  return values.map((value, at) => {
    const top = Math.min(scale.at(value), scale.at(0));
    return h(
      "rect",
      {
        class: `chart-fill chart-${index % COLORS}`,
        x: EDGE.left + step * at + step * 0.15 + width * index,
        y: top,
        width,
        height: Math.abs(scale.at(value) - scale.at(0)),
        rx: 2,
      },
      h("title", null, `${name}: ${value}`),
    );
  });
}

/** @param {Series} series @param {{index: number, center: (index: number) => number, scale: Scale, isArea: boolean}} place @returns {VNode[]} */
function line({ values }, { index, center, scale, isArea }) {
  const points = values.map((value, at) => `${center(at)},${scale.at(value)}`);
  const color = `chart-${index % COLORS}`;
  const ends = [`${center(values.length - 1)},${scale.at(0)}`, `${center(0)},${scale.at(0)}`];
  return [
    ...(isArea
      ? [h("polygon", { class: `chart-area ${color}`, points: [...points, ...ends].join(" ") })]
      : []),
    h("polyline", { class: `chart-line ${color}`, points: points.join(" ") }),
  ];
}

/** @param {Series[]} segments @returns {VNode[]} */
function pie(segments) {
  const sum = segments.reduce((all, { values }) => all + (values[0] ?? 0), 0);
  let angle = -Math.PI / 2;
  return segments.map(({ name, values }, index) => {
    const share = sum === 0 ? 0 : (values[0] ?? 0) / sum;
    const begin = angle;
    angle += share * 2 * Math.PI;
    return h(
      "path",
      { class: `chart-fill chart-${index % COLORS}`, d: slice(begin, angle), key: name },
      h("title", null, `${name}: ${values[0] ?? 0} (${Math.round(share * 100)} %)`),
    );
  });
}

/** @param {number} begin @param {number} end angles @returns {string} the outline of a slice; a whole circle of two halves */
function slice(begin, end) {
  const [x, y] = [WIDTH / 2, HEIGHT / 2];
  const point = (/** @type {number} */ angle) =>
    `${x + PIE_RADIUS * Math.cos(angle)} ${y + PIE_RADIUS * Math.sin(angle)}`;
  const arc = (/** @type {number} */ to) =>
    `A${PIE_RADIUS} ${PIE_RADIUS} 0 ${to - begin > Math.PI ? 1 : 0} 1 ${point(to)}`;
  if (end - begin >= 2 * Math.PI - 1e-6)
    return `M${point(begin)} ${arc(begin + Math.PI)} A${PIE_RADIUS} ${PIE_RADIUS} 0 0 1 ${point(begin)}Z`;
  return `M${x} ${y} L${point(begin)} ${arc(end)}Z`;
}
