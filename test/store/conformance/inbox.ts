import { describe, expect, test } from "vitest";
import { head, type OpenStore, START, signal } from "../records.ts";

export function inboxConformance(open: OpenStore): void {
  describe("signals", () => {
    test("a signal is pending until it is settled", async () => {
      await using store = await open();
      const sent = signal("s1", "exec_1", { payload: { choice: "approve", by: "U0BOB" } });

      expect(await store.signals.insert(sent)).toBe(true);
      expect(await store.signals.pending({ executionId: "exec_1", limit: 10 })).toEqual([sent]);

      await store.signals.settle(["s1"]);
      expect(await store.signals.pending({ executionId: "exec_1", limit: 10 })).toEqual([]);
      expect(await store.signals.pending({ limit: 10 })).toEqual([]);
    });

    test("a repeat is refused, and the first content stands", async () => {
      await using store = await open();
      await store.signals.insert(signal("s1", "exec_1", { payload: { choice: "approve" } }));

      expect(
        await store.signals.insert(signal("s1", "exec_2", { payload: { choice: "reject" } })),
      ).toBe(false);

      expect(await store.signals.pending({ limit: 10 })).toEqual([
        signal("s1", "exec_1", { payload: { choice: "approve" } }),
      ]);
    });

    test("an id stays taken after it was settled", async () => {
      await using store = await open();
      await store.signals.insert(signal("s1", "exec_1"));
      await store.signals.settle(["s1"]);

      expect(await store.signals.insert(signal("s1", "exec_1"))).toBe(false);
      expect(await store.signals.pending({ limit: 10 })).toEqual([]);
    });

    test("of eight deliveries of one signal at once exactly one is first", async () => {
      await using store = await open();

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.signals.insert(signal("s1", "exec_1", { payload: { n } })),
        ),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
      const [kept] = await store.signals.pending({ limit: 10 });
      expect(kept?.payload).toEqual({ n: answers.indexOf(true) });
    });

    test("the oldest comes first, of one moment by id, no more than asked for", async () => {
      await using store = await open();
      await store.signals.insert(signal("s3", "exec_1", { at: START + 2 }));
      await store.signals.insert(signal("s2", "exec_2", { at: START }));
      await store.signals.insert(signal("s1", "exec_1", { at: START }));
      await store.signals.insert(signal("s0", "exec_1", { at: START + 1, kind: "cancel" }));
      const ids = async (query: { executionId?: string; limit: number }) =>
        (await store.signals.pending(query)).map(({ id }) => id);

      expect(await ids({ limit: 10 })).toEqual(["s1", "s2", "s0", "s3"]);
      expect(await ids({ limit: 2 })).toEqual(["s1", "s2"]);
      expect(await ids({ executionId: "exec_1", limit: 10 })).toEqual(["s1", "s0", "s3"]);
    });

    test("a signal may arrive before its execution exists", async () => {
      await using store = await open();
      await store.signals.insert(signal("s1", "exec_1"));
      await store.executions.insert(head("exec_1"));

      expect(await store.signals.pending({ executionId: "exec_1", limit: 10 })).toHaveLength(1);
    });

    test("settling none, an unknown one or one twice changes nothing", async () => {
      await using store = await open();
      await store.signals.insert(signal("s1", "exec_1"));
      await store.signals.insert(signal("s2", "exec_1"));

      await store.signals.settle([]);
      await store.signals.settle(["s1", "nobody", "s1"]);
      await store.signals.settle(["s1"]);

      expect((await store.signals.pending({ limit: 10 })).map(({ id }) => id)).toEqual(["s2"]);
      expect(await store.signals.insert(signal("nobody", "exec_1"))).toBe(true);
    });
  });
}
