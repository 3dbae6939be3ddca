import type { ExecutionView } from "../../engine/api/executions.ts";
import { escapeText, mentionChannel, mentionPerson, showValue } from "../../slack/text.ts";
import type { CardContext, ShownInput } from "./surface.ts";

const VALUE_CHARS = 300;

/** Name and value of each input, ready for `fields`. */
export function showInputs(view: ExecutionView, context: CardContext): [string, string][] {
  return context.shownInputs(view).map((input) => [escapeText(input.label), showInput(input)]);
}

function showInput({ value, hidden, names }: ShownInput): string {
  if (hidden) return "_hidden_";
  if (typeof value === "string" && names === "user") return mentionPerson(value);
  if (typeof value === "string" && names === "channel") return mentionChannel(value);
  return showValue(value, VALUE_CHARS);
}
