// @ts-check
/** Asks the app for the options of a menu. */

import { act } from "../api.js";
import { originKey } from "../state/app.js";
import { fieldKey } from "../state/form.js";
import { data, dataList, number, text } from "../state/shape.js";
import { whyNot } from "./interact.js";

/** @typedef {import("../blocks/view-types.js").Place} Place */
/** @typedef {import("../state/shape.js").Data} Data */

/** Slack asks for nothing shorter, unless the app says otherwise. */
const MIN_QUERY = 3;
const PAUSE_MS = 250;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

/** @param {Data} element @returns {number} how many characters the person must type before the page asks the app */
export function leastQuery(element) {
  return number(element["min_query_length"]) ?? MIN_QUERY;
}

/** Asks the app after a pause in typing. @param {Place} place @param {Data} element @param {string} query @returns {void} */
export function loadOffersSoon(place, element, query) {
  clearTimeout(typing);
  if (query.length < leastQuery(element)) return;
  typing = setTimeout(() => void loadOffers(place, element, query), query === "" ? 0 : PAUSE_MS);
}

/** @param {Place} place @param {Data} element @param {string} query @returns {Promise<void>} */
async function loadOffers({ app, origin, blockId }, element, query) {
  const key = `${originKey(origin)}/${fieldKey(blockId, element)}`;
  const where =
    origin.kind === "message" ? { channel: origin.channel, ts: origin.ts } : { view_id: origin.id };
  const { answer, error } = await act("/sim/options", {
    user: app.me,
    action_id: text(element["action_id"]),
    block_id: blockId,
    value: query,
    ...where,
  });
  const groups = dataList(answer["option_groups"]);
  const all = groups.length > 0 ? groups : [{ options: answer["options"] }];
  const before = app.offers.get(key)?.known ?? [];
  app.offers.set(key, {
    query,
    groups: all,
    known: merge(
      before,
      all.flatMap((group) => dataList(data(group)["options"])),
    ),
    problem: error === undefined && answer["acked"] === true ? undefined : whyNot(error, app),
  });
  app.update();
}

/** @param {readonly Data[]} before @param {readonly Data[]} options @returns {Data[]} each value once, as it was offered last */
function merge(before, options) {
  const values = new Set(options.map((option) => option["value"]));
  return [...before.filter((option) => !values.has(option["value"])), ...options];
}
