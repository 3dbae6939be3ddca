import { elapsed } from "../../../shared/duration.ts";
import type { AttemptCost, ExecutionEvent, ExecutionStarted } from "../../model/events.ts";
import { stepIdOf } from "../../model/step-path.ts";
import {
  addTotals,
  hourOf,
  modelsOf,
  NOTHING,
  type Totals,
  type TotalsDelta,
  type TotalsDimension,
} from "../../model/totals.ts";

/** Sums totals by where they belong. */
class Sums {
  readonly #workflowId: string;
  readonly #deltas = new Map<string, TotalsDelta>();

  constructor(workflowId: string) {
    this.#workflowId = workflowId;
  }

  get deltas(): readonly TotalsDelta[] {
    return [...this.#deltas.values()];
  }

  add(dimension: TotalsDimension, name: string, at: number, part: Partial<Totals>): void {
    const hour = hourOf(at);
    const key = `${hour}/${dimension}/${name}`;
    const known = this.#deltas.get(key) ?? {
      ...NOTHING,
      workflowId: this.#workflowId,
      dimension,
      name,
      hour,
    };
    this.#deltas.set(key, { ...known, ...addTotals(known, { ...NOTHING, ...part }) });
  }
}

/**
 * What the events of one commit add to the running totals: counts and costs, by hour, in every
 * dimension.
 *
 * Money counts in the hour in which it was spent, an execution in the hour in which it began, its
 * end in the hour of the end.
 *
 * @param isFirst - the commit is the first of its execution: then the start counts, too.
 */
export function totalsOf(
  start: ExecutionStarted,
  events: readonly ExecutionEvent[],
  isFirst: boolean,
): readonly TotalsDelta[] {
  const sums = new Sums(start.workflowId);
  const addWhole = (at: number, part: Partial<Totals>): void => {
    sums.add("workflow", "", at, part);
    sums.add("version", String(start.version), at, part);
    sums.add("person", start.trigger.userId ?? "", at, part);
  };
  if (isFirst) addWhole(start.at, { started: 1 });
  for (const event of events) {
    // Reopened, it has not ended, after all.
    if (event.type === "execution_reopened") addWhole(event.ended.at, { [event.ended.status]: -1 });
    const end = endOf(event);
    if (end) {
      const durationMs = end.status === "completed" ? elapsed(start.at, end.at) : 0;
      addWhole(end.at, { [end.status]: 1, durationMs });
    }
    if (!("costNano" in event)) continue;
    const spent = spentOn(event);
    if (spent) addWhole(event.at, spent);
    const entry = entryOf(event);
    if (spent || entry) sums.add("step", stepIdOf(event.path), event.at, { ...spent, ...entry });
    addCharges(sums, event, start.trigger.userId);
  }
  return sums.deltas;
}

/** `null`: the event cost nothing. */
function spentOn({ costNano, costUnknown, charges, usage }: AttemptCost): Partial<Totals> | null {
  const calls = charges?.reduce((sum, charge) => sum + charge.calls, 0) ?? 0;
  if (costNano === 0 && !costUnknown && calls === 0) return null;
  return {
    costNano,
    costUnknown: costUnknown ? 1 : 0,
    calls,
    promptTokens: usage?.promptTokens ?? 0,
    completionTokens: usage?.completionTokens ?? 0,
  };
}

function addCharges(
  sums: Sums,
  { charges = [], at }: AttemptCost & { readonly at: number },
  person: string | undefined,
): void {
  for (const { model, prompt, unknown, ...spent } of charges) {
    const part = { ...spent, costUnknown: unknown };
    sums.add("model", model, at, part);
    if (person !== undefined) sums.add("person-model", `${modelsOf(person)}${model}`, at, part);
    if (prompt !== undefined) sums.add("prompt", prompt, at, part);
  }
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
function entryOf(event: ExecutionEvent): Partial<Totals> | null {
  if (event.type === "step_completed") return { started: 1, completed: 1 };
  if (event.type === "step_failed" || event.type === "step_skipped")
    return { started: 1, failed: 1 };
  return null;
}
