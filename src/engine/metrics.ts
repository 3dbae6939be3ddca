import type { Clock } from "./ports/clock.ts";
import type { Store, Totals, TotalsRow } from "./ports/store.ts";
import { HOUR_MS, hourOf, sumTotals } from "./totals.ts";

const DAY_HOURS = 24;

/** How a workflow has done so far. */
export interface WorkflowMetrics {
  readonly totals: Totals;
  /** Executions that began in the last 24 hours, counted in whole hours. */
  readonly last24h: number;
}

/** What a workflow cost in a number of days, in all and by step. */
export interface CostReport {
  readonly totals: Totals;
  readonly steps: ReadonlyMap<string, Totals>;
}

/** What all workflows cost in a number of days, the most expensive first. */
export interface CostOverview {
  readonly total: Totals;
  readonly workflows: readonly { readonly workflowId: string; readonly totals: Totals }[];
}

/** Answers questions about counts and costs from the running totals; no execution is read for it. */
export class Metrics {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async metrics(workflowId: string): Promise<WorkflowMetrics> {
    const rows = await this.#read(Number.POSITIVE_INFINITY, workflowId);
    const whole = rows.filter((row) => row.stepId === null);
    const from = this.#since(1);
    const recent = whole.filter((row) => row.hour >= from);
    return { totals: sumTotals(whole), last24h: sumTotals(recent).started };
  }

  /** @param days - today and the days before, counted in hours back from now. */
  async costs(workflowId: string, days: number): Promise<CostReport> {
    const rows = await this.#read(days, workflowId);
    const steps = Map.groupBy(
      rows.filter((row) => row.stepId !== null),
      (row) => row.stepId ?? "",
    );
    return {
      totals: sumTotals(rows.filter((row) => row.stepId === null)),
      steps: new Map([...steps].map(([stepId, own]): [string, Totals] => [stepId, sumTotals(own)])),
    };
  }

  async overview(days: number): Promise<CostOverview> {
    const rows = (await this.#read(days)).filter((row) => row.stepId === null);
    const byWorkflow = [...Map.groupBy(rows, (row) => row.workflowId)];
    const workflows = byWorkflow.map(([workflowId, own]) => ({
      workflowId,
      totals: sumTotals(own),
    }));
    return {
      total: sumTotals(rows),
      workflows: workflows.sort((a, b) => b.totals.costNano - a.totals.costNano),
    };
  }

  #read(days: number, workflowId?: string): Promise<readonly TotalsRow[]> {
    const to = hourOf(this.#clock.now()) + HOUR_MS;
    const from = Number.isFinite(days) ? this.#since(days) : 0;
    return this.#store.readTotals({ from, to, ...(workflowId !== undefined && { workflowId }) });
  }

  /** The hour that is `days` back: with it, at least that much time is covered. */
  #since(days: number): number {
    return hourOf(this.#clock.now()) - days * DAY_HOURS * HOUR_MS;
  }
}
