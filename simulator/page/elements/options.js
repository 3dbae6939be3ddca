// @ts-check
/** The options of a menu. */

import { placeName } from "../state/places.js";
import { data, dataList, text, textList } from "../state/shape.js";
import { plainOf } from "./text-object.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {{value: string, label: string, description: string, group: string}} Option */

/** @param {App} app @param {Data} element @returns {Option[]} */
export function optionsOf(app, element) {
  const type = text(element["type"]);
  if (type.includes("users_select")) return people(app);
  if (type.includes("channels_select")) return places(app, false);
  if (type.includes("conversations_select")) return places(app, true, data(element["filter"]));
  const groups = dataList(element["option_groups"]);
  if (groups.length === 0)
    return dataList(element["options"]).map((option) => toOption(option, ""));
  return groups.flatMap((group) =>
    dataList(group["options"]).map((option) => toOption(option, plainOf(group["label"]))),
  );
}

/** @param {Data} option @param {string} group @returns {Option} */
function toOption(option, group) {
  return {
    value: text(option["value"]),
    label: plainOf(option["text"]),
    description: plainOf(option["description"]),
    group,
  };
}

/** @param {App} app @returns {Option[]} */
function people(app) {
  return [...app.workspace.people.values()]
    .filter((person) => person.id !== "USLACKBOT")
    .map((person) => ({
      value: person.id,
      label: person.name,
      description: person.isBot ? "App" : person.title,
      group: "",
    }));
}

/** @param {App} app @param {boolean} withDirect @param {Data} [filter] @returns {Option[]} */
function places(app, withDirect, filter = {}) {
  const include = textList(filter["include"]);
  const wanted = (/** @type {string} */ kind) => include.length === 0 || include.includes(kind);
  const mayBe = (/** @type {import("../state/workspace.js").Channel} */ place) => {
    if (!place.isIm) return wanted("public");
    const isBot = place.id === app.workspace.appChannel;
    return withDirect && wanted("im") && !(isBot && filter["exclude_bot_users"] === true);
  };
  return [...app.workspace.channels.values()].filter(mayBe).map((place) => ({
    value: place.id,
    label: placeName(app, place),
    description: place.isIm ? "Direct message" : "",
    group: "",
  }));
}
