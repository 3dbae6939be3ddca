// @ts-check
/** Dates: `<!date^…>` as Slack fills it in, and the times beside messages. */

/** @typedef {Intl.DateTimeFormatOptions} Options */

/** @type {Record<string, Options>} */
const parts = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

/**
 * @param {number} seconds since 1970
 * @param {string} format with tokens such as `{date_short_pretty}` and `{time}`
 * @param {Date} now
 * @returns {string}
 */
export function formatDate(seconds, format, now) {
  const date = new Date(seconds * 1000);
  return format.replace(/\{(\w+)\}/g, (whole, token) => {
    if (token === "ago") return ago(date, now);
    if (token === "date_num") return isoDay(date);
    const plain = String(token).replace(/_pretty$/, "");
    const options = parts[plain];
    if (options === undefined) return whole;
    const relative = plain === token ? undefined : relativeDay(date, now);
    return relative ?? date.toLocaleString("en-US", options);
  });
}

/** @param {Date} date @returns {string} `2026-11-23`, in the reader's zone */
function isoDay(date) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** @param {Date} date @param {Date} now @returns {string | undefined} */
function relativeDay(date, now) {
  const midnight = (/** @type {Date} */ value) =>
    new Date(value.getFullYear(), value.getMonth(), value.getDate()).getTime();
  const days = Math.round((midnight(date) - midnight(now)) / 86_400_000);
  return { 0: "today", "-1": "yesterday", 1: "tomorrow" }[String(days)];
}

/** @param {Date} date @param {Date} now @returns {string} */
function ago(date, now) {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [
    ["year", 31_536_000],
    ["month", 2_592_000],
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(Math.round(seconds), "second");
}

/** @param {string} ts of a message @returns {Date} */
export function dateOfTs(ts) {
  return new Date(Number(ts) * 1000);
}

/** @param {string} ts @returns {string} `9:41 AM` */
export function timeOfTs(ts) {
  return dateOfTs(ts).toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
}

/** @param {string} ts @returns {string} for a tooltip, to the second */
export function fullTimeOfTs(ts) {
  return dateOfTs(ts).toLocaleString("en-US", { dateStyle: "full", timeStyle: "medium" });
}

/** @param {string} ts @param {Date} now @returns {string} `Today`, `Yesterday` or `Monday, November 23` */
export function dayOfTs(ts, now) {
  const date = dateOfTs(ts);
  const relative = relativeDay(date, now);
  if (relative !== undefined) return relative.charAt(0).toUpperCase() + relative.slice(1);
  return date.toLocaleDateString("en-US", { weekday: "long", month: "long", day: "numeric" });
}

/** @param {number} milliseconds since 1970 @returns {string} `14:03:07.125`, in the reader's zone */
export function clockTime(milliseconds) {
  const date = new Date(milliseconds);
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}
