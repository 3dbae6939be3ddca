/** What happened in one hour, as numbers that add up. */
export interface Totals {
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Sum of the durations of executions that completed, in milliseconds. */
  readonly durationMs: number;
  readonly costNano: number;
  /** Entries of steps whose price is not known in full; by model and prompt: calls. */
  readonly costUnknown: number;
  /** Calls of models. */
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/**
 * By what the running totals are kept. Each dimension counts the same money once. `workflow`,
 * `version` and `person` count executions; `step` counts entries of steps as `started`, and how
 * they ended; `model`, `person-model` and `prompt` count calls alone.
 */
export type TotalsDimension =
  | "workflow"
  | "version"
  | "person"
  | "step"
  | "model"
  | "person-model"
  | "prompt";

/** Those of which sums of whole days are kept, whatever the number of executions. */
export type DailyDimension = Extract<TotalsDimension, "workflow" | "person" | "model">;

/** A change of the running totals of one workflow in one hour, by one dimension. */
export interface TotalsDelta extends Totals {
  readonly workflowId: string;
  readonly dimension: TotalsDimension;
  /**
   * The number of the version, the Slack user id of who started it, the step's id, the model, person and
   * model (`U0ALICE gpt-4o`), the prompt and its version (`triage@3`). Empty for the workflow itself, and for what no person
   * started.
   */
  readonly name: string;
  /** When the hour began, UTC. */
  readonly hour: number;
}

export type TotalsRow = TotalsDelta;

/** What the names of a person's models begin with. */
export function modelsOf(person: string): string {
  return `${person} `;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The beginning of the day that a moment lies in, UTC. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

/** The beginning of the hour that a moment lies in, UTC. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

export const NOTHING: Totals = {
  started: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  durationMs: 0,
  costNano: 0,
  costUnknown: 0,
  calls: 0,
  promptTokens: 0,
  completionTokens: 0,
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
    calls: a.calls + b.calls,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
  };
}

/** The sum of any number of totals. */
export function sumTotals(all: Iterable<Totals>): Totals {
  let sum = NOTHING;
  for (const totals of all) sum = addTotals(sum, totals);
  return sum;
}
