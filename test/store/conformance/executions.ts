import { describe, expect, test } from "vitest";
import { head, type OpenStore, rederive, START } from "../records.ts";

export function executionsConformance(open: OpenStore): void {
  describe("executions", () => {
    test("an execution is read as it was inserted", async () => {
      await using store = await open();
      const stored = head("exec_1", {
        status: "waiting",
        due: null,
        waitingOn: ["approval"],
        openRequests: ["exec_1/ok#1"],
        costNano: 31_200_000,
        costUnknown: true,
        variables: { amount: 12.5, note: null },
      });

      expect(await store.executions.insert(stored)).toBe(true);

      expect(await store.executions.get("exec_1")).toEqual(stored);
    });

    test("an unknown execution is null, and has no log", async () => {
      await using store = await open();

      expect(await store.executions.get("exec_nobody")).toBeNull();
      expect(await store.log.read("exec_nobody", 0)).toEqual([]);
    });

    test("a second insert of an id is refused and changes nothing", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1", { variables: { first: true } }));

      expect(await store.executions.insert(head("exec_1", { variables: { first: false } }))).toBe(
        false,
      );

      expect(await store.executions.get("exec_1")).toEqual(
        head("exec_1", { variables: { first: true } }),
      );
    });

    test("of eight inserts of one id at once exactly one is first", async () => {
      await using store = await open();
      const inserts = Array.from({ length: 8 }, (_, n) =>
        store.executions.insert(head("exec_1", { variables: { n } })),
      );

      const answers = await Promise.all(inserts);

      expect(answers.filter(Boolean)).toHaveLength(1);
      const winner = answers.indexOf(true);
      expect((await store.executions.get("exec_1"))?.start.variables).toEqual({ n: winner });
    });

    test("a head that is written replaces an older one", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const ended = head("exec_1", {
        status: "failed",
        rev: 4,
        due: null,
        endedAt: START + 900,
        costNano: 7,
        costUnknown: true,
      });

      await store.executions.save(ended);

      expect(await store.executions.get("exec_1")).toEqual(ended);
    });

    test("a head of the same revision is written: so a lease is released", async () => {
      await using store = await open();
      await store.executions.insert(
        head("exec_1", { rev: 2, owner: "worker-a", due: START + 30_000 }),
      );

      await store.executions.save(head("exec_1", { rev: 2, owner: null, due: null }));

      expect(await store.executions.get("exec_1")).toMatchObject({
        rev: 2,
        owner: null,
        due: null,
      });
    });

    test("a head never goes backwards", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const newer = head("exec_1", { rev: 5, status: "completed", due: null });
      await store.executions.save(newer);

      await store.executions.save(head("exec_1", { rev: 4, status: "running" }));

      expect(await store.executions.get("exec_1")).toEqual(newer);
    });

    test("of heads written at once the newest stays, in whatever order they come", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));

      await Promise.all(
        [3, 1, 7, 5, 2, 6, 4].map((rev) => store.executions.save(head("exec_1", { rev }))),
      );

      expect((await store.executions.get("exec_1"))?.rev).toBe(7);
    });

    test("writing the head of an unknown execution creates none", async () => {
      await using store = await open();

      await store.executions.save(head("exec_ghost", { rev: 1 }));

      expect(await store.executions.get("exec_ghost")).toBeNull();
    });

    test("what an owner derives from an empty log is the head at revision 0", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));

      expect(await rederive(store, head("exec_1"))).toEqual(head("exec_1"));
    });
  });
}
