import { quantile } from "../../shared/quantile.ts";
import type { Estimate, Spread } from "../api/costs.ts";
import type { ExecutionRecord, ExecutionStore } from "../ports/executions.ts";

/** Newest completed executions of a workflow that an estimate is made from. */
const MAX_RUNS = 200;

/** Looks at the newest completed executions of a workflow for those of one version. */
export async function estimateRun(
  store: { readonly executions: Pick<ExecutionStore, "list"> },
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
  if (sorted.length === 0) return null;
  return { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) };
}
