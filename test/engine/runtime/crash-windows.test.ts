import { describe, expect, test } from "vitest";
import type { WebhookRequest } from "../../../src/engine/api/triggers.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { interceptStore, type StoreMethod } from "../../support/intercept-store.ts";
import { settle } from "../../support/manual-clock.ts";
import { TriggerHarness } from "../triggers/trigger-harness.ts";

const away = (): AppError =>
  new AppError({ code: "store_unavailable", message: "The line broke.", retryable: true });

/** The store behind a line that breaks once, before or after a method does its work. */
function breaking(store: Store, method: StoreMethod, when: "before" | "after"): Store {
  let isWhole = true;
  const call = async (run: () => unknown): Promise<unknown> => {
    const breaks = isWhole;
    isWhole = false;
    if (breaks && when === "before") throw away();
    const result: unknown = await run();
    if (breaks) throw away();
    return result;
  };
  return interceptStore(store, ({ method: called, run }) =>
    called === method ? call(run) : run(),
  );
}

const delivery = (id: string): WebhookRequest => ({
  path: "/webhooks/orders",
  query: "",
  isLocal: true,
  headers: { "x-delivery-id": id },
  body: Buffer.from('{"order":1}'),
});

describe("between two writes", () => {
  test("a commit that is durable although its answer was lost counts once", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start(breaking(harness.store, "log.commit", "after"));
    await harness.deploy(engine, "once", { type: "manual" });
    const { executionId } = await engine.executions.start({
      workflowId: "once",
      variables: { n: 1 },
      variableForm: "json",
      trigger: { type: "api" },
    });
    await settle();
    await harness.clock.advance(10_000);

    expect(await engine.executions.get(executionId)).toMatchObject({ status: "completed" });
    expect(await harness.store.log.read(executionId, 0)).toHaveLength(1);
    expect(await engine.costs.metrics("once")).toMatchObject({
      totals: { started: 1, completed: 1 },
    });
  });

  test.for(["before", "after"] as const)(
    "a delivery that was kept, and whose run was lost %s it was inserted, begins one run when it comes again",
    async (when) => {
      await using harness = await TriggerHarness.open();
      const engine = await harness.start(breaking(harness.store, "executions.insert", when));
      await harness.deploy(engine, "orders", { type: "webhook", path: "/webhooks/orders" });

      await expect(engine.triggers.receiveWebhook(delivery("d1"))).rejects.toMatchObject({
        code: "store_unavailable",
      });
      const again = await engine.triggers.receiveWebhook(delivery("d1"));
      const third = await engine.triggers.receiveWebhook(delivery("d1"));
      await harness.clock.advance(60_000);

      expect(third).toEqual({ executionId: again.executionId, duplicate: true });
      expect(await harness.runs(engine, "orders")).toEqual([{ order: 1 }]);
      const view = await engine.executions.get(again.executionId ?? "");
      expect(view.status).toBe("completed");
    },
  );
});
