import { findElement } from "../block-kit/find-elements.ts";
import { isJsonObject, type Json, type JsonObject, toText } from "../json.ts";
import { elementState, offers, valueKey } from "../state/element-state.ts";
import { createShortId } from "../workspace/ids.ts";
import type { ActionBody } from "./body.ts";

/** A click as it goes to the app, and what the person's client knows about it. */
export interface Click {
  /** The entry of `actions`. */
  readonly action: JsonObject;
  /** The new state of the element, for those that have one. */
  readonly state: JsonObject | undefined;
  /** The element was removed, or no longer has or offers what was clicked. */
  readonly stale: boolean;
}

/** Finds out what was clicked. What is not there (any more) is sent as the person's client still shows it. */
export function readClick(
  body: ActionBody,
  blocks: readonly JsonObject[],
  actionTs: string,
): Click {
  const actionId = body.required("action_id");
  const blockId = body.text("block_id");
  const found = findElement(blocks, actionId, blockId);
  const value = body.json("value");
  const selected = body.json("selected");
  const element = found?.element ?? goneElement(actionId, selected, value);
  const base = {
    type: element["type"],
    action_id: actionId,
    block_id: found?.block["block_id"] ?? blockId ?? createShortId(),
  };
  const click = clickOn(base, element, { value, selected }, actionTs);
  return found === undefined ? { ...click, stale: true } : click;
}

interface Given {
  readonly value: Json | undefined;
  readonly selected: Json | undefined;
}

function clickOn(base: JsonObject, element: JsonObject, given: Given, actionTs: string): Click {
  const type = toText(element["type"]) ?? "";
  const chosen = given.selected ?? given.value ?? null;
  if (type === "feedback_buttons") return feedbackClick(base, element, given.value, actionTs);
  if (type === "overflow") return overflowClick(base, element, chosen, actionTs);
  if (valueKey(type) === undefined) return buttonClick(base, element, given.value, actionTs);
  const state = elementState(element, chosen);
  return {
    action: { ...base, ...state, ...look(element), action_ts: actionTs },
    state,
    stale: !offers(element, state),
  };
}

function buttonClick(
  base: JsonObject,
  element: JsonObject,
  given: Json | undefined,
  actionTs: string,
): Click {
  const { value: own, type: _type, action_id: _id, ...rest } = element;
  const value = given ?? own;
  return {
    action: { ...base, ...rest, ...(value === undefined ? {} : { value }), action_ts: actionTs },
    state: undefined,
    stale: given !== undefined && given !== own,
  };
}

/** The members that Slack repeats of an element with a value. */
function look(element: JsonObject): JsonObject {
  const kept = Object.entries(element).filter(
    ([name]) => name === "placeholder" || name === "confirm" || name.startsWith("initial_"),
  );
  return Object.fromEntries(kept);
}

function overflowClick(
  base: JsonObject,
  element: JsonObject,
  given: Json,
  actionTs: string,
): Click {
  const state = elementState({ ...element, type: "static_select" }, given);
  const option = state["selected_option"];
  return {
    action: { ...base, selected_option: option ?? null, action_ts: actionTs },
    state: undefined,
    stale: !offers(element, state),
  };
}

function feedbackClick(
  base: JsonObject,
  element: JsonObject,
  given: Json | undefined,
  actionTs: string,
): Click {
  const buttons = [element["positive_button"], element["negative_button"]].filter(isJsonObject);
  const clicked = buttons.find((button) => button["value"] === given);
  return {
    action: { ...base, value: given ?? null, text: clicked?.["text"] ?? null, action_ts: actionTs },
    state: undefined,
    stale: clicked === undefined,
  };
}

/** Guesses a removed element from what was clicked. */
function goneElement(
  actionId: string,
  selected: Json | undefined,
  value: Json | undefined,
): JsonObject {
  if (Array.isArray(selected)) return { type: "multi_static_select", action_id: actionId };
  if (selected !== undefined) return { type: "static_select", action_id: actionId };
  return {
    type: "button",
    action_id: actionId,
    text: { type: "plain_text", text: actionId, emoji: true },
    ...(value === undefined ? {} : { value }),
  };
}
