// @ts-check
/** Reads values of unknown shape: what comes from the server was written by any bot. */

/** @typedef {Record<string, unknown>} Data */

/** @param {unknown} value @returns {value is Data} */
export function isData(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value @returns {Data} an empty object when it is none */
export function data(value) {
  return isData(value) ? value : {};
}

/** @param {unknown} value @returns {unknown[]} */
export function list(value) {
  return Array.isArray(value) ? value : [];
}

/** @param {unknown} value @returns {Data[]} */
export function dataList(value) {
  return list(value).filter(isData);
}

/** @param {unknown} value @param {string} [fallback] @returns {string} */
export function text(value, fallback = "") {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : fallback;
}

/** @param {unknown} value @returns {string[]} */
export function textList(value) {
  return list(value).filter((entry) => typeof entry === "string");
}

/** @param {unknown} value @returns {number | undefined} */
export function number(value) {
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
}
