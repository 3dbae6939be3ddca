import { actionsOf, allBlocks } from "../block-kit/find-elements.ts";
import { isJsonObject, type Json, type JsonObject, member, toObjects, toText } from "../json.ts";
import { elementState, initialState, type StateValues, valueKey } from "./element-state.ts";

/** The state of a modal at submission: what is given now, over what was chosen before, over initial values. */
export function submittedValues(view: JsonObject, given: JsonObject): StateValues {
  const blocks = toObjects(view["blocks"]);
  const initial = initialState(blocks);
  const before = member(view["state"], "values");
  const values: Record<string, JsonObject> = {};
  for (const block of allBlocks(blocks)) {
    const blockId = toText(block["block_id"]) ?? "";
    for (const element of actionsOf(block)) {
      if (valueKey(toText(element["type"]) ?? "") === undefined) continue;
      const actionId = toText(element["action_id"]) ?? "";
      const now = member(member(given, blockId), actionId);
      const chosen = member(member(before, blockId), actionId);
      const state = isJson(now)
        ? elementState(element, now)
        : isJsonObject(chosen)
          ? chosen
          : initial[blockId]?.[actionId];
      values[blockId] = { ...values[blockId], [actionId]: state };
    }
  }
  return values;
}

/** Members of a parsed body are JSON. */
function isJson(value: unknown): value is Json {
  return value !== undefined;
}
