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

/** Tables and rich text have no texts to complete. */
const KEPT_AS_THEY_ARE: ReadonlySet<unknown> = new Set(["rich_text", "table", "data_table"]);
const WITH_ELEMENTS: ReadonlySet<unknown> = new Set(["actions", "context_actions"]);

function completeMember(type: unknown, name: string, value: Json | undefined): Json | undefined {
  switch (name) {
    case "child_blocks":
      return completeBlocks(toObjects(value));
    case "element":
    case "accessory":
      return isJsonObject(value) ? completeElement(value) : value;
    case "actions":
      return toObjects(value).map(completeElement);
    case "elements":
      if (WITH_ELEMENTS.has(type)) return toObjects(value).map(completeElement);
      if (type === "carousel") return completeBlocks(toObjects(value));
      break;
    default:
      break;
  }
  return KEPT_AS_THEY_ARE.has(type) ? value : completeTexts(value);
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
