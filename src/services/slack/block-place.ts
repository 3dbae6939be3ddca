import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { markdownPlace } from "../../shared/places/markdown-place.ts";
import { type Place, plain } from "../../shared/places/place.ts";
import { slackPlace } from "../../shared/places/slack-place.ts";
import { urlPlace } from "../../shared/places/url-place.ts";

/** Texts within blocks that are markup: other values of a block keep their type. */
export const markupInBlock: Place = inBlock(slackPlace);
const markdownInBlock: Place = inBlock(markdownPlace);

function inBlock(place: Place): Place {
  return {
    ...place,
    alone: (value, template, link) => {
      if (typeof value === "string") return place.alone?.(value, template, link);
      return elementIn(value) ?? (typeof value === "object" && value !== null ? undefined : value);
    },
  };
}

/** An element of rich text that mentions people or leads elsewhere than it says, as text. */
function elementIn(value: Json): Json | undefined {
  if (!isJsonObject(value)) return undefined;
  const { type, text, style } = value;
  const member = typeof type === "string" ? MENTIONS.get(type) : undefined;
  if (member !== undefined) return { type: "text", text: `@${nameOf(value[member])}` };
  if (type !== "link" || typeof value["url"] !== "string") return undefined;
  const { url } = value;
  const shown = typeof text === "string" && text !== url ? `${text} (${url})` : url;
  return { type: "text", text: shown, ...omitUndefined({ style }) };
}

/** Elements that mention, with the member that says whom. */
const MENTIONS: ReadonlyMap<string, string> = new Map([
  ["broadcast", "range"],
  ["user", "user_id"],
  ["usergroup", "usergroup_id"],
]);

function nameOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "group";
}

/** People follow the link, and the bot does not: its host may come from data. */
const linkInBlock: Place = { name: urlPlace.name, write: urlPlace.write };

/** Objects whose `text` Slack shows as it is. */
const LITERAL_TEXTS: readonly unknown[] = ["plain_text", "text", "link", "raw_text"];
/** Members that Slack gives back to the bot and shows to no person. */
const IDS = new Set(["action_id", "block_id", "value", "type"]);

/** Block Kit: the place of a member of one of its objects. What is not known to be anything else is markup. */
export function placeInBlocks(key: string, owner: JsonObject): Place {
  if (IDS.has(key)) return plain;
  if (/(?:^|_)url$/.test(key)) return linkInBlock;
  if (key === "text" && owner["type"] === "markdown") return markdownInBlock;
  const isLiteral = key === "text" && LITERAL_TEXTS.includes(owner["type"]);
  return isLiteral ? plain : markupInBlock;
}
