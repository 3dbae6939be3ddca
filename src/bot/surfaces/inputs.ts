import type { ExecutionView } from "../../engine/api.ts";
import { escapeText, showValue } from "../blocks/text.ts";
import type { CardContext } from "./surface.ts";

const VALUE_CHARS = 300;

/** Name and value of each input, ready for `fields`. */
export function showInputs(view: ExecutionView, context: CardContext): [string, string][] {
  return context
    .shownInputs(view)
    .map(({ label, value, hidden }) => [
      escapeText(label),
      hidden ? "_hidden_" : showValue(value, VALUE_CHARS),
    ]);
}
