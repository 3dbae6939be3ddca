import { isJsonObject, type Json } from "../../../shared/json.ts";
import { toDollars } from "../../../shared/money.ts";
import type { ExecutionView } from "../../api/executions.ts";
import type { RunChange, RunEvent, RunState } from "../../api/streams.ts";
import type { ExecutionEvent } from "../../model/events.ts";
import { jsonLength } from "../../model/json-length.ts";
import { MASK } from "../../model/mask.ts";
import { stepIdOf } from "../../model/step-path.ts";
import type { Commit } from "../../ports/executions.ts";
import type { Masker } from "./sensitive.ts";

/** Longer outputs are left out of a stream: the view and the timeline have them. */
const MAX_OUTPUT = 100_000;

/** Members of events that are shown as they are. */
const SHOWN = [
  "path",
  "stepId",
  "attempt",
  "error",
  "outcome",
  "outcomeUnknown",
  "on",
  "event",
  "requestId",
  "by",
  "to",
  "choice",
  "comment",
  "reason",
  "confidence",
  "status",
  "name",
  "workflowId",
  "version",
  "outputVariable",
  "next",
  "costUnknown",
] as const;

/** Members that are times, in milliseconds. */
const TIMES = ["at", "due", "retryAt"] as const;

/** A commit as a reader may see it. @param masker - by what is sensitive now; `null`: nothing is masked. */
export function toRunChange(
  { executionId, rev, at, events }: Pick<Commit, "executionId" | "rev" | "at" | "events">,
  masker: Masker | null,
): RunChange {
  const shown = events.map((event) => toRunEvent(event, masker));
  return {
    ...{ executionId, rev, at: iso(at) },
    events: masker === null ? shown : masker.value(shown),
    ...(masker !== null && { masked: true }),
  };
}

function toRunEvent(event: ExecutionEvent, masker: Masker | null): RunEvent {
  const from: Readonly<Record<string, unknown>> = { ...event };
  const shown: Record<string, Json> = {};
  for (const name of SHOWN) {
    const value = from[name];
    if (isShown(value)) shown[name] = value;
  }
  for (const name of TIMES) {
    const value = from[name];
    if (typeof value === "number") shown[name] = iso(value);
  }
  return { type: event.type, ...shown, ...derived(event), ...outputOf(event, masker) };
}

function isShown(value: unknown): value is Json {
  return (
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean" ||
    isJsonObject(value)
  );
}

/** What stands in an event under another name, or follows from it. */
function derived(event: ExecutionEvent): Readonly<Record<string, Json>> {
  return {
    ...("path" in event &&
      event.path !== undefined &&
      event.path !== "" &&
      !("stepId" in event) && { stepId: stepIdOf(event.path) }),
    ...("costNano" in event && { cost: toDollars(event.costNano) }),
    ...("childId" in event && { childId: event.childId }),
    ...("request" in event && event.request && { requestId: event.request.id }),
  };
}

function outputOf(
  event: ExecutionEvent,
  masker: Masker | null,
): Pick<RunEvent, "output" | "outputOmitted"> {
  if (!("output" in event)) return {};
  const { output } = event;
  if ("stepId" in event && masker?.steps.has(event.stepId)) return { output: MASK };
  const length =
    typeof output === "object" && output !== null
      ? jsonLength(output)
      : typeof output === "string"
        ? output.length
        : 0;
  return length > MAX_OUTPUT ? { output: null, outputOmitted: length } : { output };
}

/** What a view says of the state. */
export function toRunState(view: ExecutionView): RunState {
  const { executionId, workflowId, workflowVersion, rev, status, waitingOn } = view;
  const { currentStep, running, startedAt, completedAt } = view;
  const { totalCost, costUnknown, error, cancelledBy } = view;
  return {
    ...{ executionId, workflowId, workflowVersion, rev, status, waitingOn },
    ...{ currentStep, running, startedAt, completedAt },
    ...{ totalCost, costUnknown, error, cancelledBy },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
