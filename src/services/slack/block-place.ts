import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { escapeBroadcasts } from "../../shared/markup.ts";
import { type Place, plain } from "../../shared/places/place.ts";
import { slackPlace } from "../../shared/places/slack-place.ts";
import { urlPlace } from "../../shared/places/url-place.ts";

/** Texts within blocks that are markup: other values of a block keep their type. */
export const markupInBlock: Place = {
  ...slackPlace,
  alone: (value) => {
    if (typeof value === "string") return escapeBroadcasts(value);
    return crowdIn(value) ?? (typeof value === "object" && value !== null ? undefined : value);
  },
};

/** An element of rich text that notifies many people, as the text that it would show. */
function crowdIn(value: Json): Json | undefined {
  if (!isJsonObject(value)) return undefined;
  if (value["type"] === "broadcast") return { type: "text", text: `@${asName(value["range"])}` };
  if (value["type"] === "usergroup")
    return { type: "text", text: `@${asName(value["usergroup_id"])}` };
  return undefined;
}

function asName(value: Json | undefined): string {
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
  const isLiteral = key === "text" && LITERAL_TEXTS.includes(owner["type"]);
  return isLiteral ? plain : markupInBlock;
}
