import { describe, expect, test } from "vitest";
import { call, type OpenStore, START } from "../records.ts";

export function callsConformance(open: OpenStore): void {
  describe("calls of models", () => {
    test("a call is read as it was inserted, with what is absent absent", async () => {
      await using store = await open();
      const { value: _value, usage: _usage, ...refused } = call("exec_1/judge#1:1:1", "exec_1");
      const stored = { ...refused, problem: "not JSON", costNano: null };
      await store.calls.insert(stored);

      const read = await store.calls.get(stored.id);

      expect(read).toStrictEqual(stored);
      expect(await store.calls.get("exec_1/judge#1:1:2")).toBeNull();
    });

    test("a value that is null is not an absent one", async () => {
      await using store = await open();
      await store.calls.insert(call("c1", "exec_1", { value: null }));

      expect(await store.calls.get("c1")).toHaveProperty("value", null);
    });

    test("a repeat is ignored: the first answer stands", async () => {
      await using store = await open();
      await store.calls.insert(call("c1", "exec_1", { text: "yes" }));

      await store.calls.insert(call("c1", "exec_1", { text: "no" }));

      expect((await store.calls.get("c1"))?.text).toBe("yes");
      expect(await store.calls.list("exec_1")).toHaveLength(1);
    });

    test("the newest calls are whole, and one loses its contents and no costs", async () => {
      await using store = await open();
      const stored = call("c1", "exec_1", { text: "secret", value: "secret", reason: "secret" });
      await store.calls.insert(stored);
      expect(await store.calls.listNewest("exec_1", 1)).toEqual([stored]);
      const costs = { workflowId: stored.workflowId, from: stored.at, to: stored.at + 1 };
      const before = await store.calls.listCosts(costs);
      expect(before).toHaveLength(1);

      await store.calls.redact("c1");
      await store.calls.redact("unknown");

      const [left] = await store.calls.list("exec_1");
      expect(left).toMatchObject({ id: "c1", text: "", messages: [], costNano: stored.costNano });
      expect(JSON.stringify(left)).not.toContain("secret");
      expect(await store.calls.listCosts(costs)).toEqual(before);
      expect(await store.calls.get("unknown")).toBeNull();
    });

    test("an execution's calls are in order of time, of one moment by id", async () => {
      await using store = await open();
      await store.calls.insert(call("c2", "exec_1", { at: START + 1 }));
      await store.calls.insert(call("c3", "exec_1", { at: START }));
      await store.calls.insert(call("c1", "exec_1", { at: START + 1 }));
      await store.calls.insert(call("c0", "exec_2"));

      expect((await store.calls.list("exec_1")).map(({ id }) => id)).toEqual(["c3", "c1", "c2"]);
      expect(await store.calls.list("nobody")).toEqual([]);
      expect((await store.calls.listNewest("exec_1", 2)).map(({ id }) => id)).toEqual(["c2", "c1"]);
    });

    test("what a workflow's calls cost is told in order of time, the last moment excluded", async () => {
      await using store = await open();
      const { usage: _usage, ...rest } = call("c2", "draft_1", { at: START + 1, costNano: null });
      await store.calls.insert({ ...rest, by: "U0ALICE" });
      const first = call("c1", "draft_1", { at: START });
      await store.calls.insert(first);
      await store.calls.insert(call("c3", "draft_1", { at: START + 2 }));
      await store.calls.insert(call("c4", "exec_1", { workflowId: "another" }));

      const costs = await store.calls.listCosts({
        workflowId: first.workflowId,
        from: START,
        to: START + 2,
      });

      const { id, at, model, usage, costNano, priceVersion } = first;
      expect(costs).toStrictEqual([
        { id, at, model, usage, costNano, priceVersion },
        { id: "c2", at: START + 1, model, by: "U0ALICE", costNano: null, priceVersion },
      ]);
    });
  });
}
