import type { ExecutionRecord, Store } from "../ports/store.ts";

/** Newest completed executions of a workflow that an estimate is made from. */
const MAX_RUNS = 200;

/** The half and the ninety-percent point of what executions took: half of them, nine of ten took no more. */
export interface Spread {
  readonly p50: number;
  readonly p90: number;
}

/** What a run of a version may cost and how long it may take, by the runs of this version that completed. */
export interface Estimate {
  readonly version: number;
  /** Runs that it is made from; 0: none has completed yet. */
  readonly runs: number;
  /** From start to end, people's time included; `null` without runs. */
  readonly durationMs: Spread | null;
  /** Known prices; `null` without runs. */
  readonly costNano: Spread | null;
  /** Runs with calls whose price nobody knows. */
  readonly unknownCosts: number;
}

/** Looks at the newest completed executions of a workflow for those of one version. */
export async function estimateRun(
  store: Pick<Store, "listHeads">,
  workflowId: string,
  version: number,
): Promise<Estimate> {
  const { records } = await store.listHeads({ workflowId, status: "completed", limit: MAX_RUNS });
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
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return sorted.length === 0 ? null : { p50: at(0.5), p90: at(0.9) };
}
