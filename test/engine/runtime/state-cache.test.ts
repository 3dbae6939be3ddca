import { expect, test } from "vitest";
import type { Store } from "../../../src/engine/ports/store.ts";
import { workflow } from "../../support/execution-harness.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { WorkerHarness } from "../../support/worker-harness.ts";

const MINUTE = 60_000;
const nap = (id: string, next: string) => ({
  id,
  type: "wait",
  config: { duration: MINUTE },
  next,
});

/** Notes from which revision on logs are read. */
function spying(store: Store, read: number[]): Store {
  return interceptStore(store, ({ method, args, run }) => {
    if (method === "log.read") read.push(Number(args[1]));
    return run();
  });
}

test("an execution that waits again and again is taken up where it was left, not read from its beginning", async () => {
  await using harness = await WorkerHarness.open(
    workflow([nap("a", "b"), nap("b", "c"), nap("c", "end")]),
  );
  const read: number[] = [];
  await harness.start(await harness.worker(spying(harness.store, read)));

  for (let minute = 0; minute < 3; minute += 1) await harness.clock.advance(MINUTE);

  expect((await harness.state()).status).toBe("completed");
  expect(read.slice(0, 3)).toEqual([1, 2, 3]);
});

test("what another process did meanwhile is folded before it goes on", async () => {
  await using harness = await WorkerHarness.open(workflow([nap("a", "b"), nap("b", "end")]));
  const first = await harness.worker();
  await harness.start(first);
  // The second process takes the first wait, the first one has the state from before it.
  await first.stop();
  await harness.worker();
  await harness.clock.advance(MINUTE);

  const head = await harness.store.executions.get("exec_1");
  const { state } = head ? await first.read(head) : { state: null };

  expect(state?.activeSteps.has("b#1")).toBe(true);
});
