import { actionsOf, allBlocks } from "../block-kit/find-elements.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  member,
  toObjects,
  toPlain,
  toText,
} from "../json.ts";
import { toRichText } from "../text/typed-text.ts";

/** Where each element keeps its value in `state.values`, and the member that gives its first one. */
const VALUES: Readonly<
  Record<string, { readonly key: string; readonly initial: string; readonly empty: Json }>
> = {
  plain_text_input: { key: "value", initial: "initial_value", empty: null },
  email_text_input: { key: "value", initial: "initial_value", empty: null },
  url_text_input: { key: "value", initial: "initial_value", empty: null },
  number_input: { key: "value", initial: "initial_value", empty: null },
  rich_text_input: { key: "rich_text_value", initial: "initial_value", empty: null },
  static_select: { key: "selected_option", initial: "initial_option", empty: null },
  external_select: { key: "selected_option", initial: "initial_option", empty: null },
  radio_buttons: { key: "selected_option", initial: "initial_option", empty: null },
  checkboxes: { key: "selected_options", initial: "initial_options", empty: [] },
  multi_static_select: { key: "selected_options", initial: "initial_options", empty: [] },
  multi_external_select: { key: "selected_options", initial: "initial_options", empty: [] },
  users_select: { key: "selected_user", initial: "initial_user", empty: null },
  multi_users_select: { key: "selected_users", initial: "initial_users", empty: [] },
  channels_select: { key: "selected_channel", initial: "initial_channel", empty: null },
  multi_channels_select: { key: "selected_channels", initial: "initial_channels", empty: [] },
  conversations_select: {
    key: "selected_conversation",
    initial: "initial_conversation",
    empty: null,
  },
  multi_conversations_select: {
    key: "selected_conversations",
    initial: "initial_conversations",
    empty: [],
  },
  datepicker: { key: "selected_date", initial: "initial_date", empty: null },
  timepicker: { key: "selected_time", initial: "initial_time", empty: null },
  datetimepicker: { key: "selected_date_time", initial: "initial_date_time", empty: null },
  file_input: { key: "files", initial: "files", empty: [] },
};

/** Values by block id and action id. */
export type StateValues = { readonly [blockId: string]: JsonObject };

/** The member that holds an element's value, or `undefined` for elements without one, like buttons. */
export function valueKey(type: string): string | undefined {
  return Object.hasOwn(VALUES, type) ? VALUES[type]?.key : undefined;
}

/** The state of all elements as they are shown first. */
export function initialState(blocks: readonly JsonObject[]): StateValues {
  const values: Record<string, Record<string, Json>> = {};
  for (const block of allBlocks(blocks)) {
    for (const element of actionsOf(block)) {
      const type = toText(element["type"]) ?? "";
      const known = Object.hasOwn(VALUES, type) ? VALUES[type] : undefined;
      if (known === undefined) continue;
      const ofBlock = values[toText(block["block_id"]) ?? ""] ?? {};
      values[toText(block["block_id"]) ?? ""] = ofBlock;
      ofBlock[toText(element["action_id"]) ?? ""] = {
        type,
        [known.key]: element[known.initial] ?? known.empty,
      };
    }
  }
  return values;
}

/**
 * The state that a person's choice gives an element.
 *
 * @param given - a simple value (text, number, an option's `value`, ids, lists of these) or a complete state.
 */
export function elementState(element: JsonObject, given: Json): JsonObject {
  const type = toText(element["type"]) ?? "";
  const key = valueKey(type) ?? "value";
  if (isJsonObject(given) && (given["type"] === type || Object.hasOwn(given, key)))
    return { type, ...given };
  return { type, [key]: stateValue(element, key, given) };
}

function stateValue(element: JsonObject, key: string, given: Json): Json {
  switch (key) {
    case "selected_option":
      return isEmpty(given) ? null : optionOf(element, given);
    case "selected_options":
      return toList(given).map((one) => optionOf(element, one));
    case "selected_date_time":
      return isEmpty(given) ? null : Number(given);
    case "rich_text_value":
      if (isEmpty(given)) return null;
      return typeof given === "string" ? toRichText(given) : given;
    case "value":
      return isEmpty(given) ? null : toPlain(given);
    default:
      return key.endsWith("s") ? toList(given) : given;
  }
}

/** The option with this value; one that is not offered (any more) is taken as given. */
function optionOf(element: JsonObject, given: Json): JsonObject {
  if (isJsonObject(given)) return given;
  const groups = toObjects(element["option_groups"]).flatMap((group) =>
    toObjects(group["options"]),
  );
  const wanted = toPlain(given);
  return (
    [...toObjects(element["options"]), ...groups].find((option) => option["value"] === wanted) ?? {
      text: { type: "plain_text", text: wanted, emoji: true },
      value: wanted,
    }
  );
}

/** Whether an element offers this choice. Elements whose choices are not in the view offer everything. */
export function offers(element: JsonObject, state: JsonObject): boolean {
  const offered = [
    ...toObjects(element["options"]),
    ...toObjects(element["option_groups"]).flatMap((group) => toObjects(group["options"])),
  ];
  if (offered.length === 0) return true;
  const single = state["selected_option"];
  const chosen = isJsonObject(single) ? [single] : toObjects(state["selected_options"]);
  return chosen.every((one) => offered.some((option) => option["value"] === member(one, "value")));
}

function toList(given: Json): readonly Json[] {
  if (Array.isArray(given)) return given;
  return isEmpty(given) ? [] : [given];
}

function isEmpty(given: Json): boolean {
  return given === null || given === "";
}

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
