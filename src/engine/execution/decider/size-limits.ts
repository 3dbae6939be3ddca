import { isDeeper, type Json } from "../../../shared/json.ts";
import type { StepError } from "../../model/events.ts";
import type { ReadonlyFrame } from "../../model/state.ts";

/**
 * Characters of one step's output as JSON text: a commit that holds it has to fit into a document
 * of 16 MB.
 *
 * @internal exported for its test
 */
export const MAX_OUTPUT_LENGTH = 2_000_000;

/**
 * Characters of all variables of a body as JSON text.
 *
 * @internal exported for its test
 */
export const MAX_VARIABLES_LENGTH = 8_000_000;

/**
 * Levels of lists and objects in an output: deeper ones would overflow the stack of whatever reads
 * them.
 */
const MAX_OUTPUT_DEPTH = 100;

/** Lengths of lists and objects that were measured: values of an execution never change. */
const measured = new WeakMap<object, number>();

/** Why a step may not have this output; `null`: it may. */
export function outputFault(stepId: string, output: Json): StepError | null {
  if (isDeeper(output, MAX_OUTPUT_DEPTH)) {
    return fault(
      `The output of step "${stepId}" is nested deeper than ${MAX_OUTPUT_DEPTH} levels. Give the part that is needed.`,
    );
  }
  const length = lengthOf(output);
  if (length <= MAX_OUTPUT_LENGTH) return null;
  return fault(
    `The output of step "${stepId}" has ${length} characters of JSON; at most ${MAX_OUTPUT_LENGTH} are kept. Give the part that is needed, or a link to the whole.`,
  );
}

/** Why no step may be entered in a body with these variables; `null`: one may. */
export function variablesFault(stepId: string, { locals }: ReadonlyFrame): StepError | null {
  let length = 0;
  for (const value of Object.values(locals)) length += lengthOf(value);
  if (length <= MAX_VARIABLES_LENGTH) return null;
  return fault(
    `The variables have ${length} characters of JSON before step "${stepId}"; at most ${MAX_VARIABLES_LENGTH} are kept. Keep less in variables, such as links instead of contents.`,
  );
}

function lengthOf(value: Json): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 8;
  const known = measured.get(value);
  if (known !== undefined) return known;
  const { length } = JSON.stringify(value);
  measured.set(value, length);
  return length;
}

function fault(message: string): StepError {
  return { code: "limit_exceeded", message, retryable: false };
}
