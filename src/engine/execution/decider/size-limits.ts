import { isDeeper, type Json } from "../../../shared/json.ts";
import type { ExecutionEvent, StepError } from "../../model/events.ts";
import { jsonLength } from "../../model/json-length.ts";
import type { ReadonlyFrame, ReadonlyState } from "../../model/state.ts";

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
 * Characters of one event as JSON text, such as the parameters of a step. In UTF-8 a character takes
 * at most three bytes, and a document of MongoDB at most 16 MB.
 */
const MAX_EVENT_LENGTH = 5_000_000;

/**
 * Characters of all events of a run as JSON text. A process holds what runs in memory, several times
 * over while it reads it, and has to be able to hold a few such runs.
 */
const MAX_RUN_LENGTH = 50_000_000;

/**
 * Levels of lists and objects in an output: deeper ones would overflow the stack of whatever reads
 * them.
 */
const MAX_OUTPUT_DEPTH = 100;

/** Why a step may not have this output; `null`: it may. */
export function outputFault(stepId: string, output: Json): StepError | null {
  if (isDeeper(output, MAX_OUTPUT_DEPTH)) {
    return fault(
      `The output of step "${stepId}" is nested deeper than ${MAX_OUTPUT_DEPTH} levels. Give the part that is needed.`,
    );
  }
  return tooLarge(`The output of step "${stepId}"`, output);
}

/** Why a value that would be kept is too large; `null`: it is not. @param what - the value in words. */
export function tooLarge(what: string, value: Json): StepError | null {
  const length = lengthOf(value);
  if (length <= MAX_OUTPUT_LENGTH) return null;
  return fault(
    `${what} has ${length} characters of JSON; at most ${MAX_OUTPUT_LENGTH} are kept. Give the part that is needed, or a link to the whole.`,
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

/** Why a step may not be entered with what was made for it; `null`: it may. */
export function eventFault(stepId: string, event: ExecutionEvent): StepError | null {
  const { length } = JSON.stringify(event);
  if (length <= MAX_EVENT_LENGTH) return null;
  return fault(
    `What step "${stepId}" is given has ${length} characters of JSON; at most ${MAX_EVENT_LENGTH} are kept. Give it the part that it needs.`,
  );
}

/** Why no step may be entered in a run of this size; `null`: one may. */
export function runFault(stepId: string, { size }: ReadonlyState): StepError | null {
  if (size <= MAX_RUN_LENGTH) return null;
  const inMillions = (length: number): string => (length / 1e6).toFixed(1);
  return {
    code: "run_too_large",
    message: `The run holds ${inMillions(size)} million characters of inputs, parameters and outputs before step "${stepId}"; at most ${inMillions(MAX_RUN_LENGTH)} million are kept. Let its steps give less, such as links instead of contents, or divide the work over several runs.`,
    retryable: false,
  };
}

function lengthOf(value: Json): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 8;
  return jsonLength(value);
}

function fault(message: string): StepError {
  return { code: "limit_exceeded", message, retryable: false };
}
