import { expect, test } from "vitest";
import { estimateRun } from "../../../src/engine/costs/costs.ts";
import type { ExecutionRecord } from "../../../src/engine/ports/executions.ts";
import { head, START } from "../../store/records.ts";

function completed(n: number, parts: Partial<ExecutionRecord> = {}): ExecutionRecord {
  return head(`exec_${n}`, {
    status: "completed",
    endedAt: START + n * 1000,
    costNano: n * 10,
    ...parts,
  });
}

const storeOf = (heads: readonly ExecutionRecord[]) => ({
  executions: { list: async () => ({ records: heads, nextCursor: null }) },
});

test("half of the runs and nine of ten took no more than this; other versions do not count", async () => {
  const heads = Array.from({ length: 10 }, (_, n) => completed(n + 1));
  const others = [completed(500, { version: 2 })];

  const estimate = await estimateRun(storeOf([...heads, ...others]), "refund", 1);

  expect(estimate).toEqual({
    version: 1,
    runs: 10,
    durationMs: { p50: 5000, p90: 9000 },
    costNano: { p50: 50, p90: 90 },
    unknownCosts: 0,
  });
});

test("without a completed run there is nothing to tell, and unknown prices are counted", async () => {
  expect(await estimateRun(storeOf([]), "refund", 1)).toMatchObject({ runs: 0, costNano: null });
  const unknown = [completed(1, { costUnknown: true }), completed(2)];
  expect(await estimateRun(storeOf(unknown), "refund", 1)).toMatchObject({ unknownCosts: 1 });
});
