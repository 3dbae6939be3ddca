// @ts-check
/** Converts typed text word by word: names become mentions. Converts a message back to editable text. */

import { emojiCharacter } from "./emoji.js";
import { decode } from "./entities.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/shape.js").Data} Data */

const special =
  /(?<link>https?:\/\/[^\s<>]*[^\s<>.,;:!?)"'])|(?<![\w@])@(?<name>[\w.-]*\w)|(?<![\w#&])#(?<channel>[a-z0-9_-]+)|(?<![\w:]):(?<emoji>[a-z0-9_+-]+):(?![\w:])/g;

/**
 * @param {App} app
 * @param {string} typed
 * @param {Data} style as `rich_text` has it: `{bold: true}`
 * @returns {Data[]} elements of a `rich_text_section`
 */
export function typedElements(app, typed, style) {
  const styled = Object.keys(style).length === 0 ? {} : { style };
  /** @type {Data[]} */
  const elements = [];
  let end = 0;
  for (const match of typed.matchAll(special)) {
    const element = mentionIn(app, match.groups ?? {});
    if (element === undefined || style["code"] === true) continue;
    if (match.index > end)
      elements.push({ type: "text", text: typed.slice(end, match.index), ...styled });
    elements.push({ ...element, ...styled });
    end = match.index + match[0].length;
  }
  if (end < typed.length) elements.push({ type: "text", text: typed.slice(end), ...styled });
  return elements;
}

/** @param {App} app @param {Record<string, string | undefined>} found @returns {Data | undefined} */
function mentionIn(app, { link, name, channel, emoji }) {
  const { people, groups, channels } = app.workspace;
  if (link !== undefined) return { type: "link", url: link };
  if (emoji !== undefined)
    return emojiCharacter(emoji) === undefined ? undefined : { type: "emoji", name: emoji };
  if (channel !== undefined) {
    const place = [...channels.values()].find((one) => !one.isIm && one.name === channel);
    return place && { type: "channel", channel_id: place.id };
  }
  if (name === undefined) return undefined;
  if (["here", "channel", "everyone"].includes(name)) return { type: "broadcast", range: name };
  const person = [...people.values()].find((one) => one.handle === name.toLowerCase());
  if (person !== undefined) return { type: "user", user_id: person.id };
  const group = [...groups.values()].find((one) => one.handle === name.toLowerCase());
  return group && { type: "usergroup", usergroup_id: group.id };
}

/** @param {App} app @param {string} text as Slack stores it @returns {string} as a person would type it again */
export function typedAgain(app, text) {
  const named = text.replace(/<([@#!]?)([^>|]+)(?:\|([^>]*))?>/g, (whole, sign, id, label) =>
    typedName(app, { sign, id, label }, whole),
  );
  return decode(named);
}

/** @param {App} app @param {{sign: string, id: string, label: string | undefined}} entity @param {string} whole @returns {string} */
function typedName(app, { sign, id, label }, whole) {
  const { people, channels } = app.workspace;
  switch (sign) {
    case "@":
      return `@${people.get(id)?.handle ?? id}`;
    case "#":
      return `#${channels.get(id)?.name ?? label ?? id}`;
    case "!":
      return broadcastName(app, id) ?? whole;
    default:
      return id;
  }
}

/** @param {App} app @param {string} id what follows `<!` @returns {string | undefined} */
function broadcastName(app, id) {
  if (["here", "channel", "everyone"].includes(id)) return `@${id}`;
  const group = /^subteam\^(\w+)$/.exec(id)?.[1];
  return group && `@${app.workspace.groups.get(group)?.handle ?? group}`;
}
