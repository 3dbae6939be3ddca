import { asAppError } from "../../../shared/errors.ts";
import type { Definition } from "../../definition/schema.ts";
import { renderText } from "../../language/template.ts";
import { type ReadonlyState, ROOT } from "../../model/state.ts";
import { executionScope } from "./execution-scope.ts";

/** Code points of one label. */
const MAX_LABEL = 200;

/** A label as it is kept and looked for: the same text however it was typed, and cut, for it is there to be found and not to hold data. */
export function toLabelValue(text: string): string {
  return Array.from(text.normalize("NFC").trim()).slice(0, MAX_LABEL).join("");
}

/** The labels of a run, and why others of its definition have no value. */
export interface RunLabels {
  readonly labels: Readonly<Record<string, string>>;
  readonly problems: Readonly<Record<string, string>>;
}

/**
 * The labels of a run that begins, by what it was given. A label without a value is left out. Never throws.
 *
 * @param templates - by the names of the labels.
 * @param state - before the first step.
 */
export function labelsOf(
  templates: NonNullable<Definition["labels"]>,
  state: ReadonlyState,
): RunLabels {
  const root = state.frames.get(ROOT);
  if (!root) return { labels: {}, problems: {} };
  const scope = executionScope(state, root, state.start.executionId);
  const found: Record<string, string> = {};
  const problems: Record<string, string> = {};
  for (const [name, template] of Object.entries(templates)) {
    try {
      const value = toLabelValue(renderText(template, scope));
      if (value !== "") found[name] = value;
    } catch (error) {
      problems[name] = asAppError(error).message;
    }
  }
  return { labels: found, problems };
}
