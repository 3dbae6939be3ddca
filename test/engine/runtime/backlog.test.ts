import { expect, test } from "vitest";
import { workflow } from "../../support/execution-harness.ts";
import { WorkerHarness } from "../../support/worker-harness.ts";

/** More than one poll reads, and more than one process has in memory. */
const RUNS = 1300;

test("signals that have piled up while no process was there are all taken, however many they are", async () => {
  const nap = workflow([{ id: "nap", type: "wait", config: { duration: "1d" } }]);
  await using harness = await WorkerHarness.open(nap);
  const first = await harness.worker();
  const ids = Array.from({ length: RUNS }, (_, n) => `exec_${n}`);
  for (const id of ids) await harness.start(first, id);
  await first.stop();
  for (const executionId of ids)
    await harness.store.signals.insert({
      id: `cancel:${executionId}`,
      executionId,
      kind: "cancel",
      payload: { by: "U0ALICE" },
      at: harness.clock.now(),
    });

  await harness.worker();
  await harness.clock.advance(10_000);

  expect(await harness.store.signals.pending({ limit: 1 })).toEqual([]);
  const { records } = await harness.store.executions.list({ status: "cancelled", limit: RUNS });
  expect(records).toHaveLength(RUNS);
}, 60_000);
