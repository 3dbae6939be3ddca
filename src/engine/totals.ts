import type { ExecutionEvent, ExecutionStarted } from "./execution/events.ts";
import type { Totals, TotalsDelta } from "./ports/store.ts";

export const HOUR_MS = 3_600_000;

/** The beginning of the hour that a moment lies in, UTC. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

const NOTHING: Totals = {
  started: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  durationMs: 0,
  costNano: 0,
  costUnknown: 0,
};

/** The sum of two totals, member by member. */
export function addTotals(a: Totals, b: Totals): Totals {
  return {
    started: a.started + b.started,
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    cancelled: a.cancelled + b.cancelled,
    durationMs: a.durationMs + b.durationMs,
    costNano: a.costNano + b.costNano,
    costUnknown: a.costUnknown + b.costUnknown,
  };
}

/** The sum of any number of totals. */
export function sumTotals(all: Iterable<Totals>): Totals {
  let sum = NOTHING;
  for (const totals of all) sum = addTotals(sum, totals);
  return sum;
}

/**
 * What the events of one commit add to the running totals: counts and costs, by hour, of the workflow and of each step.
 *
 * Money counts in the hour in which it was spent, an execution in the hour in which it began, its end in the hour of the end.
 *
 * @param isFirst - the commit is the first of its execution: then the start counts, too.
 */
export function totalsOf(
  start: ExecutionStarted,
  events: readonly ExecutionEvent[],
  isFirst: boolean,
): readonly TotalsDelta[] {
  const deltas = new Map<string, TotalsDelta>();
  const add = (stepId: string | null, at: number, part: Partial<Totals>): void => {
    const hour = hourOf(at);
    const key = `${hour}/${stepId ?? ""}`;
    const known = deltas.get(key) ?? { ...NOTHING, workflowId: start.workflowId, stepId, hour };
    deltas.set(key, { ...known, ...addTotals(known, { ...NOTHING, ...part }) });
  };
  if (isFirst) add(null, start.at, { started: 1 });
  for (const event of events) {
    // Reopened, it has not ended, after all.
    if (event.type === "execution_reopened")
      add(null, event.ended.at, { [event.ended.status]: -1 });
    const end = endOf(event);
    if (end) {
      const durationMs = end.status === "completed" ? end.at - start.at : 0;
      add(null, end.at, { [end.status]: 1, durationMs });
    }
    if (!("costNano" in event)) continue;
    const cost = { costNano: event.costNano, costUnknown: event.costUnknown ? 1 : 0 };
    add(null, event.at, cost);
    add(stepIdOf(event.path), event.at, { ...cost, ...entryOf(event) });
  }
  return [...deltas.values()];
}

function endOf(
  event: ExecutionEvent,
): { readonly status: "completed" | "failed" | "cancelled"; readonly at: number } | null {
  switch (event.type) {
    case "execution_completed":
      return { status: "completed", at: event.at };
    case "execution_failed":
      return { status: "failed", at: event.at };
    case "execution_cancelled":
      return { status: "cancelled", at: event.at };
    default:
      return null;
  }
}

/** The end of a step's entry; failed attempts and late results add their cost alone. */
function entryOf(event: ExecutionEvent): Partial<Totals> {
  if (event.type === "step_completed") return { started: 1, completed: 1 };
  if (event.type === "step_failed" || event.type === "step_skipped")
    return { started: 1, failed: 1 };
  return {};
}

function stepIdOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, path.lastIndexOf("#"));
}
