import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { AppError } from "../../src/shared/errors.ts";
import { TestBot } from "../support/bot.ts";
import { interceptStore } from "../support/intercept-store.ts";
import { untilAskedAnew } from "../support/until.ts";

const noting = (id: string, trigger: JsonObject): JsonObject => ({
  id,
  name: id,
  triggers: [trigger],
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
});

const outage = noting("outage", { type: "message", keywords: ["outage"] });
const look = noting("look", { type: "reaction", emoji: "eyes" });

/** A store whose next `failures` inserts of executions fail. */
function failing(failures: { left: number }): (store: Store) => Store {
  return (store) =>
    interceptStore(store, ({ method, run }) => {
      if (method !== "executions.insert" || failures.left === 0) return run();
      failures.left -= 1;
      return Promise.reject(
        new AppError({ code: "store_unavailable", message: "The disk is away.", retryable: true }),
      );
    });
}

describe.each(["socket", "http"] as const)("an event that comes over %s", (mode) => {
  test("is delivered again when the store or Slack was away, and starts one run", async () => {
    const failures = { left: 1 };
    await using bot = await TestBot.start({
      ...{ definitions: [outage, look], mode },
      wrapStore: failing(failures),
    });
    const list = async (workflowId: string) =>
      (await bot.engine.executions.list({ workflowId })).executions;

    const sent = await bot.act("message", {
      ...{ user: "U0ALICE", channel: "C0GENERAL", text: "an outage" },
    });

    const [run] = await bot.until(async () => {
      const runs = await list("outage");
      return runs.length > 0 ? runs : undefined;
    });
    expect(run?.status).toBeDefined();
    // What is known of the author serves for a look at the rights, not for the start itself.
    await untilAskedAnew();
    const fault = { target: "slack", method: "users.info", times: 2 };
    await bot.act("faults", { ...fault, status: 500 });
    await bot.act("message", { user: "U0ALICE", channel: "C0GENERAL", text: "another outage" });
    await bot.until(async () => ((await list("outage")).length === 2 ? true : undefined));
    failures.left = 1;
    await bot.act("reaction", {
      ...{ user: "U0ALICE", channel: "C0GENERAL", ts: sent["ts"] ?? "", name: "eyes" },
    });
    await bot.until(async () => (await list("look"))[0]);
    expect(failures.left).toBe(0);
    expect(await list("outage")).toHaveLength(2);
    expect(await list("look")).toHaveLength(1);
  });
});
