// @ts-check
/** Text objects of Block Kit. */

import { data, text } from "../state/shape.js";
import { emojiCharacter } from "../text/emoji.js";
import { parseMrkdwn } from "../text/mrkdwn.js";
import { renderText } from "../text/render.js";

/** @typedef {import("../state/app.js").App} App */

/**
 * @param {unknown} object
 * @returns {string} its words alone, emoji included: for buttons, titles and names
 */
export function plainOf(object) {
  const words = text(data(object)["text"]);
  return words.replace(/:([a-z0-9_+'-]+):/g, (whole, name) => emojiCharacter(name) ?? whole);
}

/**
 * @param {App} app
 * @param {unknown} object
 * @returns {import("../dom/h.js").Child} formatted if it is mrkdwn
 */
export function textObject(app, object) {
  const source = data(object);
  if (source["type"] !== "mrkdwn") return plainOf(object);
  return renderText(
    parseMrkdwn(text(source["text"]), { verbatim: source["verbatim"] === true }),
    app.names,
  );
}
