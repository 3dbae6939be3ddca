import type { ExecutionView } from "../../engine/api/executions.ts";
import type { Json } from "../../shared/json.ts";

/**
 * A run with the variables that it had at a moment, as far as people changed them since: a card shows what was asked, not what
 * became of it.
 *
 * @param at - milliseconds since 1970.
 */
export function viewAsOf(view: ExecutionView, at: number): ExecutionView {
  const later = view.retries.filter((retry) => Date.parse(retry.at) > at);
  if (later.every(({ edits }) => edits.length === 0)) return view;
  const variables = { ...view.variables };
  for (const { edits } of later.toReversed()) {
    for (const { name, before } of edits) {
      if (before === null) Reflect.deleteProperty(variables, name);
      else variables[name] = parse(before);
    }
  }
  return { ...view, variables };
}

/** A long value was shortened, so that it is JSON no more. */
function parse(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
