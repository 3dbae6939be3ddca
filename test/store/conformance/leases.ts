import { describe, expect, test } from "vitest";
import { claimBy, commit, head, type OpenStore, START } from "../records.ts";

export function leasesConformance(open: OpenStore): void {
  describe("leases", () => {
    test("what is due is leased, the longest due first", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_c", { due: START + 3 }));
      await store.executions.insert(head("exec_a", { due: START + 1 }));
      await store.executions.insert(head("exec_b", { due: START + 2 }));

      const claimed = await store.leases.claimDue(claimBy("worker-a", START + 5));

      expect(claimed.map(({ executionId }) => executionId)).toEqual(["exec_a", "exec_b", "exec_c"]);
      expect(claimed[0]).toEqual(head("exec_a", { owner: "worker-a", due: START + 30_005 }));
      expect(await store.executions.get("exec_a")).toEqual(claimed[0]);
    });

    test("what is due exactly now is leased; what is due later or never is not", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_now", { due: START }));
      await store.executions.insert(head("exec_later", { due: START + 1 }));
      await store.executions.insert(head("exec_never", { due: null }));

      const claimed = await store.leases.claimDue(claimBy("worker-a", START));

      expect(claimed.map(({ executionId }) => executionId)).toEqual(["exec_now"]);
    });

    test("no more are leased than asked for; the next claim gets the rest", async () => {
      await using store = await open();
      for (let n = 0; n < 5; n += 1)
        await store.executions.insert(head(`exec_${n}`, { due: START + n }));

      const first = await store.leases.claimDue(claimBy("worker-a", START + 9, 2));
      const second = await store.leases.claimDue(claimBy("worker-b", START + 9, 10));

      expect(first.map(({ executionId }) => executionId)).toEqual(["exec_0", "exec_1"]);
      expect(second.map(({ executionId }) => executionId)).toEqual(["exec_2", "exec_3", "exec_4"]);
    });

    test("a leased execution is nobody else's until the lease ends", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      await store.leases.claimDue(claimBy("worker-a", START));

      expect(await store.leases.claimDue(claimBy("worker-b", START + 29_999))).toEqual([]);
      expect(await store.leases.claim("exec_1", claimBy("worker-b", START + 29_999))).toBeNull();

      const taken = await store.leases.claimDue(claimBy("worker-b", START + 30_000));
      expect(taken).toMatchObject([
        { executionId: "exec_1", owner: "worker-b", due: START + 60_000 },
      ]);
    });

    test("several workers at once leave nothing unclaimed, and only one of them can go on", async () => {
      await using store = await open();
      const ids = Array.from({ length: 20 }, (_, n) => `exec_${n}`);
      for (const id of ids) await store.executions.insert(head(id));
      const workers = Array.from({ length: 8 }, (_, n) => `worker-${n}`);

      const claims = await Promise.all(
        workers.map((worker) => store.leases.claimDue(claimBy(worker, START, 20))),
      );
      const pairs = workers.flatMap((worker, n) =>
        (claims[n] ?? []).map(({ executionId }) => ({ worker, executionId })),
      );
      const results = await Promise.allSettled(
        pairs.map(({ worker, executionId }) =>
          store.log.commit(
            commit(executionId, 1, { commitId: worker }),
            head(executionId, { rev: 1, owner: worker }),
            [],
          ),
        ),
      );

      expect(new Set(pairs.map(({ executionId }) => executionId))).toEqual(new Set(ids));
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(ids.length);
    });

    test("one execution can be claimed whether it is due or not", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1", { due: null, status: "waiting" }));

      const claimed = await store.leases.claim("exec_1", claimBy("worker-a", START));

      expect(claimed).toMatchObject({ owner: "worker-a", due: START + 30_000, status: "waiting" });
      expect(await store.executions.get("exec_1")).toEqual(claimed);
    });

    test("a worker gets its own execution again", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      await store.leases.claim("exec_1", claimBy("worker-a", START));

      const again = await store.leases.claim("exec_1", claimBy("worker-a", START + 10_000));

      expect(again).toMatchObject({ owner: "worker-a", due: START + 40_000 });
    });

    test("one that does not exist cannot be claimed", async () => {
      await using store = await open();

      expect(await store.leases.claim("exec_nobody", claimBy("worker-a", START))).toBeNull();
      expect(await store.leases.claimDue(claimBy("worker-a", START))).toEqual([]);
    });

    test("a released execution can be claimed by another worker at once", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      await store.leases.claim("exec_1", claimBy("worker-a", START));
      await store.executions.save(
        head("exec_1", { status: "waiting", owner: null, due: START + 500 }),
      );

      expect(await store.leases.claimDue(claimBy("worker-b", START + 499))).toEqual([]);
      expect(await store.leases.claim("exec_1", claimBy("worker-b", START + 1))).not.toBeNull();
    });

    test("renewing moves the end of this worker's leases and no others", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      await store.executions.insert(head("exec_2"));
      await store.executions.insert(head("exec_3", { due: START + 7 }));
      await store.leases.claim("exec_1", claimBy("worker-a", START));
      await store.leases.claim("exec_2", claimBy("worker-b", START));

      await store.leases.renew("worker-a", START + 90_000);

      expect(await store.executions.get("exec_1")).toMatchObject({
        owner: "worker-a",
        due: START + 90_000,
      });
      expect(await store.executions.get("exec_2")).toMatchObject({
        owner: "worker-b",
        due: START + 30_000,
      });
      expect(await store.executions.get("exec_3")).toMatchObject({ owner: null, due: START + 7 });
    });

    test("renewing does not bring back a lease that another worker took over", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      await store.leases.claim("exec_1", claimBy("worker-a", START));
      await store.leases.claim("exec_1", claimBy("worker-b", START + 30_000));

      await store.leases.renew("worker-a", START + 999_000);

      expect(await store.executions.get("exec_1")).toMatchObject({
        owner: "worker-b",
        due: START + 60_000,
      });
    });

    test("a worker can list its leases, and no others", async () => {
      await using store = await open();
      for (const id of ["exec_1", "exec_2", "exec_3"]) await store.executions.insert(head(id));
      await store.leases.claim("exec_1", claimBy("worker-a", START));
      await store.leases.claim("exec_2", claimBy("worker-b", START));

      expect(await store.leases.ownedBy("worker-a")).toEqual([
        head("exec_1", { owner: "worker-a", due: START + 30_000 }),
      ]);
      expect(await store.leases.ownedBy("worker-c")).toEqual([]);
    });

    test("a worker that gives its leases back makes them due at once, and no others", async () => {
      await using store = await open();
      for (const id of ["exec_1", "exec_2"]) await store.executions.insert(head(id));
      await store.leases.claim("exec_1", claimBy("worker-a", START));
      await store.leases.claim("exec_2", claimBy("worker-b", START));

      await store.leases.release("worker-a", START + 5);

      expect(await store.executions.get("exec_1")).toMatchObject({ owner: null, due: START + 5 });
      expect(await store.executions.get("exec_2")).toMatchObject({ owner: "worker-b" });
      expect(await store.leases.claimDue(claimBy("worker-c", START + 5))).toMatchObject([
        { executionId: "exec_1", owner: "worker-c" },
      ]);
    });

    test("the next one due is the earliest timer or end of a lease, up to the time asked for", async () => {
      await using store = await open();
      const inAnHour = START + 3_600_000;
      expect(await store.leases.nextDue(inAnHour)).toBeNull();

      await store.executions.insert(head("exec_never", { due: null }));
      expect(await store.leases.nextDue(inAnHour)).toBeNull();

      await store.executions.insert(head("exec_1", { due: START + 70_000 }));
      await store.executions.insert(head("exec_2", { due: START }));
      expect(await store.leases.nextDue(inAnHour)).toBe(START);
      expect(await store.leases.nextDue(START)).toBe(START);
      expect(await store.leases.nextDue(START - 1)).toBeNull();

      await store.leases.claim("exec_2", claimBy("worker-a", START));
      expect(await store.leases.nextDue(inAnHour)).toBe(START + 30_000);
    });
  });
}
