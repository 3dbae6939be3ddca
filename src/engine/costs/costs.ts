import { quantile } from "../../shared/quantile.ts";
import type {
  BudgetStatus,
  BudgetWarning,
  CostBreakdown,
  CostOverview,
  CostQuery,
  CostReport,
  CostSummary,
  Costs,
  Estimate,
  Spread,
  WorkflowMetrics,
} from "../api/costs.ts";
import type { BudgetScope } from "../ports/calls.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import type { Store } from "../ports/store.ts";
import type { Workflows } from "../workflows/workflows.ts";
import { Budgets, type BudgetsOptions } from "./budgets.ts";
import { summarizeCosts } from "./cost-summary.ts";
import { Metrics } from "./metrics.ts";

export interface CostReportsOptions extends Pick<BudgetsOptions, "store" | "clock" | "logger"> {
  readonly workflows: Workflows;
}

/** Counts, costs, estimates and budgets of the workflows that exist. */
export class CostReports implements Omit<Costs, "summary"> {
  readonly budgets: Budgets;
  readonly #metrics: Metrics;
  readonly #options: CostReportsOptions;
  readonly #warningListeners = new Set<(warning: BudgetWarning) => Promise<boolean>>();

  constructor(options: CostReportsOptions) {
    this.#options = options;
    this.#metrics = new Metrics(options.store, options.clock);
    this.budgets = new Budgets({
      ...options,
      metrics: this.#metrics,
      definedUsd: () => this.#definedBudgets(),
      warn: async (warning) => {
        const delivered = await Promise.all(
          [...this.#warningListeners].map((listener) => listener(warning)),
        );
        return delivered.includes(true);
      },
    });
  }

  async metrics(workflowId: string): Promise<WorkflowMetrics> {
    await this.#options.workflows.active(workflowId);
    return this.#metrics.countsOf(workflowId);
  }

  async report(workflowId: string, days: number): Promise<CostReport> {
    await this.#options.workflows.active(workflowId);
    return this.#metrics.costs(workflowId, days);
  }

  overview(days: number): Promise<CostOverview> {
    return this.#metrics.overview(days);
  }

  /** @param person - `null`: of all. */
  summarize(person: string | null): Promise<CostSummary> {
    const { store, clock } = this.#options;
    return summarizeCosts(store, person, clock.now());
  }

  async breakdown(query: CostQuery): Promise<CostBreakdown> {
    if (query.workflowId !== undefined) await this.#options.workflows.active(query.workflowId);
    return this.#metrics.breakdown(query);
  }

  async estimate(workflowId: string, version?: number): Promise<Estimate> {
    const deployed = await this.#options.workflows.get(workflowId, version);
    return estimateRun(this.#options.store, workflowId, deployed.version);
  }

  listBudgets(): Promise<readonly BudgetStatus[]> {
    return this.budgets.list();
  }

  listBudgetsOf(person: string): Promise<readonly BudgetStatus[]> {
    return this.budgets.listOf(person);
  }

  setBudget(
    scope: BudgetScope,
    subject: string,
    monthlyUsd: number | null,
    by: string,
  ): Promise<void> {
    return this.budgets.set(scope, subject, monthlyUsd, by);
  }

  onBudgetWarning(listener: (warning: BudgetWarning) => Promise<boolean>): () => void {
    this.#warningListeners.add(listener);
    return () => this.#warningListeners.delete(listener);
  }

  /** `limits.monthlyBudgetUsd` of the active version of every workflow that has one, by id. */
  async #definedBudgets(): Promise<ReadonlyMap<string, number>> {
    const { workflows, store } = this.#options;
    const defined = new Map<string, number>();
    for (const { workflowId, activeVersion } of await store.workflows.list()) {
      const { definition } = await workflows.compiled(workflowId, activeVersion);
      const { monthlyBudgetUsd } = definition.limits;
      if (monthlyBudgetUsd !== undefined) defined.set(workflowId, monthlyBudgetUsd);
    }
    return defined;
  }
}

/** Newest completed executions of a workflow that an estimate is made from. */
const MAX_RUNS = 200;

/**
 * Reads the newest completed executions of a workflow and keeps those of one version.
 *
 * @internal exported for its test
 */
export async function estimateRun(
  store: { readonly executions: Pick<Store["executions"], "list"> },
  workflowId: string,
  version: number,
): Promise<Estimate> {
  const { records } = await store.executions.list({
    workflowId,
    status: "completed",
    limit: MAX_RUNS,
  });
  const own = records.filter((head) => head.version === version);
  return {
    version,
    runs: own.length,
    durationMs: spread(own.map(durationOf)),
    costNano: spread(own.map(({ costNano }) => costNano)),
    unknownCosts: own.filter(({ costUnknown }) => costUnknown).length,
  };
}

function durationOf({ startedAt, endedAt }: ExecutionRecord): number {
  return (endedAt ?? startedAt) - startedAt;
}

/** By nearest rank: each is a value that occurred. */
function spread(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? null : { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) };
}
