import { Gauge, Histogram, type Registry } from "prom-client";
import type { BudgetStatus } from "../engine/api/costs.ts";
import type { ModelClient } from "../engine/ports/model.ts";
import type { Outage } from "../shared/circuit-breaker.ts";
import { asAppError } from "../shared/errors.ts";
import { createLabelBound } from "./label-bound.ts";

/** Models with a label of their own; the rest are `other`. */
const MAX_MODELS = 50;

/** What is known of models and money when metrics are read. */
export interface ModelState {
  readonly outages: readonly Outage[];
  readonly budgets: readonly BudgetStatus[];
}

export interface ModelMeters {
  /** A client that measures how long its calls take, and how they end. */
  measure(client: ModelClient, elapsed: () => number): ModelClient;
  set(state: ModelState): void;
}

/** Measures calls of models as this process makes them, those included that come to nothing. */
export function createModelMeters(registry: Registry): ModelMeters {
  const registers = [registry];
  const modelLabel = createLabelBound(MAX_MODELS);
  const durations = new Histogram({
    name: "heddle_ai_request_duration_seconds",
    help: "How long requests to models took, by model and how they ended: ok, or the code of the error.",
    labelNames: ["model", "outcome"] as const,
    buckets: [0.25, 0.5, 1, 2, 5, 10, 20, 40, 60, 120],
    registers,
  });
  const breakers = new Gauge({
    name: "heddle_breakers_open",
    help: "Models and other systems (hosts, mail servers, databases) that this process does not call for the moment, because they failed repeatedly.",
    labelNames: ["kind"] as const,
    registers,
  });
  const budgets = new Gauge({
    name: "heddle_budget_used_ratio",
    help: "Part of this month's budget that is used: the highest of each scope (all, workflow, person).",
    labelNames: ["scope"] as const,
    registers,
  });
  return {
    measure: (client, elapsed) => ({
      ...client,
      async complete(request, signal) {
        const begun = elapsed();
        const model = modelLabel(request.model);
        const end = (outcome: string): void =>
          durations.observe({ model, outcome }, (elapsed() - begun) / 1000);
        try {
          const reply = await client.complete(request, signal);
          end("ok");
          return reply;
        } catch (error) {
          end(signal.aborted ? "stopped" : asAppError(error).code);
          throw error;
        }
      },
    }),
    set({ outages, budgets: all }) {
      for (const kind of ["model", "system"] as const)
        breakers.set({ kind }, outages.filter((outage) => outage.kind === kind).length);
      budgets.reset();
      for (const [scope, some] of Map.groupBy(all, (budget) => budget.scope)) {
        const ratios = some.map(({ spentNano, monthlyNano }) =>
          monthlyNano > 0 ? spentNano / monthlyNano : 1,
        );
        budgets.set({ scope }, Math.max(...ratios));
      }
    },
  };
}
