import { isJsonObject, type JsonObject, member, toObjects } from "../json.ts";

/** The elements of a block that can cause an action or hold a value. */
export function actionsOf(block: JsonObject): readonly JsonObject[] {
  const single = [block["element"], block["accessory"]].filter(isJsonObject);
  const several =
    block["type"] === "actions" || block["type"] === "context_actions"
      ? toObjects(block["elements"])
      : [];
  const cards = block["type"] === "carousel" ? toObjects(block["elements"]) : [];
  const buttons = [block, ...cards].flatMap((card) =>
    card["type"] === "card" ? toObjects(card["actions"]) : [],
  );
  return [...single, ...several, ...buttons].filter((element) => element["type"] !== "image");
}

/** The blocks of a list and those that they contain. */
export function allBlocks(blocks: readonly JsonObject[]): readonly JsonObject[] {
  return blocks.flatMap((block) => [block, ...allBlocks(toObjects(member(block, "child_blocks")))]);
}

export interface FoundElement {
  readonly block: JsonObject;
  readonly element: JsonObject;
}

/** The element with this action id, in this block if one is named. */
export function findElement(
  blocks: readonly JsonObject[],
  actionId: string,
  blockId?: string,
): FoundElement | undefined {
  for (const block of allBlocks(blocks)) {
    if (blockId !== undefined && block["block_id"] !== blockId) continue;
    const element = actionsOf(block).find((one) => one["action_id"] === actionId);
    if (element !== undefined) return { block, element };
  }
  return undefined;
}
