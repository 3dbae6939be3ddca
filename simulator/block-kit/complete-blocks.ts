import { isJsonObject, type Json, type JsonObject, toObjects } from "../json.ts";
import { createShortId } from "../workspace/ids.ts";

/** Blocks as Slack gives them back: with ids for what came without, and the defaults of texts filled in. */
export function completeBlocks(blocks: readonly JsonObject[]): readonly JsonObject[] {
  return blocks.map(completeBlock);
}

function completeBlock(block: JsonObject): JsonObject {
  const { type, block_id: blockId, ...rest } = block;
  const completed: Record<string, Json | undefined> = {
    type,
    block_id: typeof blockId === "string" ? blockId : createShortId(),
  };
  for (const [name, value] of Object.entries(rest))
    completed[name] = completeMember(type, name, value);
  return completed;
}

function completeMember(type: unknown, name: string, value: Json | undefined): Json | undefined {
  if (name === "child_blocks") return completeBlocks(toObjects(value));
  if (isJsonObject(value) && (name === "element" || name === "accessory"))
    return completeElement(value);
  const hasElements = type === "actions" || type === "context_actions";
  if (name === "actions" || (name === "elements" && hasElements)) {
    return toObjects(value).map(completeElement);
  }
  if (type === "carousel" && name === "elements") return completeBlocks(toObjects(value));
  if (type === "rich_text" || type === "table" || type === "data_table") return value;
  return completeTexts(value);
}

function completeElement(element: JsonObject): JsonObject {
  const { type, action_id: actionId, ...rest } = element;
  const texts = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, completeTexts(value)]),
  );
  if (type === "image") return { type, ...texts };
  return { type, action_id: typeof actionId === "string" ? actionId : createShortId(), ...texts };
}

/** Slack adds `emoji: true` to plain texts and `verbatim: false` to mrkdwn, wherever they are. */
function completeTexts(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item: Json) => completeTexts(item) ?? null);
  if (!isJsonObject(value)) return value;
  if (value["type"] === "plain_text") return { emoji: true, ...value };
  if (value["type"] === "mrkdwn") return { verbatim: false, ...value };
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, completeTexts(part)]),
  );
}
