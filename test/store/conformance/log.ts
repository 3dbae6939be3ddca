import { describe, expect, test } from "vitest";
import { isAppError } from "../../../src/shared/errors.ts";
import { commit, head, type OpenStore, rederive, START, signal } from "../records.ts";

export function logConformance(open: OpenStore): void {
  describe("log", () => {
    test("commits are read in order, without gaps, from where one asks", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      // More than ten: revisions are numbers, and 10 comes after 9.
      const all = Array.from({ length: 12 }, (_, index) => commit("exec_1", index + 1));
      for (const one of all) await store.log.commit(one, head("exec_1", { rev: one.rev }), []);

      expect(await store.log.read("exec_1", 0)).toEqual(all);
      expect(await store.log.read("exec_1", 9)).toEqual(all.slice(9));
      expect(await store.log.read("exec_1", 9, 2)).toEqual(all.slice(9, 11));
      expect(await store.log.read("exec_1", 12)).toEqual([]);
    });

    test("logs of executions whose ids begin alike stay apart", async () => {
      await using store = await open();
      const ids = ["exec_1", "exec_1:1", "exec_11", "exec_1%"];
      for (const id of ids) {
        await store.executions.insert(head(id));
        await store.log.commit(commit(id, 1), head(id, { rev: 1 }), []);
      }

      for (const id of ids) expect(await store.log.read(id, 0)).toEqual([commit(id, 1)]);
    });

    test("of eight committers of one revision exactly one wins, and the log is the winner's", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const rivals = Array.from({ length: 8 }, (_, n) =>
        commit("exec_1", 1, { commitId: `rival-${n}`, epoch: n }),
      );

      const results = await Promise.allSettled(
        rivals.map((one) => store.log.commit(one, head("exec_1", { rev: 1 }), [])),
      );

      const winners = rivals.filter((_, n) => results[n]?.status === "fulfilled");
      expect(winners).toHaveLength(1);
      expect(await store.log.read("exec_1", 0)).toEqual(winners);
      const losses = results.flatMap((result) =>
        result.status === "rejected" ? [result.reason] : [],
      );
      expect(losses.every((error) => isAppError(error, "store_conflict") && !error.retryable)).toBe(
        true,
      );
    });

    test("every revision of a contested execution has one winner", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const contest = async (worker: string): Promise<number> => {
        let won = 0;
        for (let rev = 1; rev <= 20; rev += 1) {
          const mine = commit("exec_1", rev, { commitId: `${worker}-${rev}` });
          const result = await Promise.allSettled([
            store.log.commit(mine, head("exec_1", { rev }), []),
          ]);
          if (result[0].status === "fulfilled") won += 1;
        }
        return won;
      };

      const wins = await Promise.all(["a", "b", "c", "d"].map(contest));

      expect(wins.reduce((sum, won) => sum + won, 0)).toBe(20);
      expect((await store.log.read("exec_1", 0)).map(({ rev }) => rev)).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
    });

    test("a loser changes neither log nor signals", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      await store.signals.insert(signal("s1", "exec_1"));
      await store.log.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), []);

      const late = commit("exec_1", 1, { commitId: "late" });
      await expect(
        store.log.commit(late, head("exec_1", { rev: 1, status: "failed" }), ["s1"]),
      ).rejects.toMatchObject({ code: "store_conflict" });

      expect(await store.log.read("exec_1", 0)).toEqual([commit("exec_1", 1)]);
      expect(await store.signals.pending({ limit: 10 })).toHaveLength(1);
      expect((await store.executions.get("exec_1"))?.status).not.toBe("failed");
    });

    test("a commit that lost does not disturb those that were made at the same time", async () => {
      await using store = await open();
      const ids = Array.from({ length: 10 }, (_, n) => `exec_${n}`);
      for (const id of ids) await store.executions.insert(head(id));
      await store.log.commit(
        commit("exec_4", 1, { commitId: "earlier" }),
        head("exec_4", { rev: 1 }),
        [],
      );

      const results = await Promise.allSettled(
        ids.map((id) => store.log.commit(commit(id, 1), head(id, { rev: 1 }), [])),
      );

      expect(results.map(({ status }) => status === "fulfilled")).toEqual(
        ids.map((id) => id !== "exec_4"),
      );
      const logs = await Promise.all(ids.map((id) => store.log.read(id, 0)));
      expect(logs.map((log) => log.length)).toEqual(ids.map(() => 1));
    });

    test("repeating a commit succeeds and writes nothing twice", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const first = commit("exec_1", 1);
      const projection = head("exec_1", { rev: 1 });

      await store.log.commit(first, projection, []);
      await store.log.commit(first, projection, []);
      await Promise.all([
        store.log.commit(first, projection, []),
        store.log.commit(first, projection, []),
      ]);

      expect(await store.log.read("exec_1", 0)).toEqual([first]);
    });

    test("repeating an old commit succeeds and does not set the head back", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      await store.log.commit(
        commit("exec_1", 1),
        head("exec_1", { rev: 1, status: "running" }),
        [],
      );
      await store.log.commit(
        commit("exec_1", 2),
        head("exec_1", { rev: 2, status: "completed" }),
        [],
      );
      await rederive(store, head("exec_1", { status: "completed", due: null }));

      await store.log.commit(
        commit("exec_1", 1),
        head("exec_1", { rev: 1, status: "running" }),
        [],
      );

      expect(await store.executions.get("exec_1")).toMatchObject({ rev: 2, status: "completed" });
    });

    test("the head shows some revision that was committed; derived again, it shows the last", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      for (const rev of [1, 2, 3]) {
        await store.log.commit(commit("exec_1", rev), head("exec_1", { rev, costNano: rev }), []);
      }

      const lagging = await store.executions.get("exec_1");
      expect([0, 1, 2, 3]).toContain(lagging?.rev);
      expect(lagging?.costNano).toBe(lagging?.rev);

      const derived = await rederive(store, head("exec_1", { costNano: 3, endedAt: START + 3 }));
      expect(derived).toMatchObject({ rev: 3, costNano: 3, endedAt: START + 3 });
    });

    test("signals that rode along are settled once they are derived again", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      await store.signals.insert(signal("s1", "exec_1"));
      await store.signals.insert(signal("s2", "exec_1"));

      await store.log.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), ["s1"]);

      const maybe = (await store.signals.pending({ limit: 10 })).map(({ id }) => id);
      expect(maybe).toContain("s2");
      await rederive(store, head("exec_1"), ["s1"]);
      expect((await store.signals.pending({ limit: 10 })).map(({ id }) => id)).toEqual(["s2"]);
    });
  });
}
