import { describe, expect, test } from "vitest";
import type { OpenStore } from "../records.ts";

export function slotsConformance(open: OpenStore): void {
  describe("slots", () => {
    test("of eight that want a slot exactly one gets it, and asking again tells so", async () => {
      await using store = await open();
      const ids = Array.from({ length: 8 }, (_, n) => `exec_${n}`);

      const answers = await Promise.all(ids.map((id) => store.slots.take("w/key", 0, id)));

      expect(answers.filter(Boolean)).toHaveLength(1);
      const winner = ids[answers.indexOf(true)] ?? "";
      expect(await store.slots.take("w/key", 0, winner)).toBe(true);
      expect(await store.slots.list("w/key")).toEqual([{ slot: 0, executionId: winner }]);
      expect(await store.slots.take("w/other", 0, "exec_x")).toBe(true);
    });

    test("a slot is given back by whoever has it, and by nobody else", async () => {
      await using store = await open();
      await store.slots.take("w/key", 1, "exec_a");

      await store.slots.free("w/key", 1, "exec_b");
      expect(await store.slots.list("w/key")).toHaveLength(1);
      await store.slots.free("w/key", 1, "exec_a");
      await store.slots.free("w/key", 1, "exec_a");

      expect(await store.slots.list("w/key")).toEqual([]);
      expect(await store.slots.take("w/key", 1, "exec_b")).toBe(true);
    });

    test("a line is in order of time, and joining again keeps the place", async () => {
      await using store = await open();
      await store.slots.enqueue({ line: "w/key", executionId: "exec_b", at: 20 });
      await store.slots.enqueue({ line: "w/key", executionId: "exec_a", at: 20 });
      await store.slots.enqueue({ line: "w/key", executionId: "exec_c", at: 10 });
      await store.slots.enqueue({ line: "w/other", executionId: "exec_d", at: 1 });
      await store.slots.enqueue({ line: "w/key", executionId: "exec_c", at: 99 });

      expect(await store.slots.peek("w/key", 2)).toEqual(["exec_c", "exec_a"]);
      await store.slots.dequeue("w/key", "exec_c");
      await store.slots.dequeue("w/key", "exec_c");
      expect(await store.slots.peek("w/key", 9)).toEqual(["exec_a", "exec_b"]);
    });

    test("lines in which executions wait or have slots are listed by name, page by page", async () => {
      await using store = await open();
      for (const line of ["w/b", "w/a", "v", "w/ü", "w/a"])
        await store.slots.enqueue({ line, executionId: `exec_${line}`, at: 1 });
      await store.slots.enqueue({ line: "w/a", executionId: "exec_2", at: 2 });
      await store.slots.take("w/taken", 0, "exec_3");

      expect(await store.slots.listLines({ after: "", limit: 9 })).toEqual([
        ...["v", "w/a", "w/b", "w/taken", "w/ü"],
      ]);
      expect(await store.slots.listLines({ after: "v", limit: 2 })).toEqual(["w/a", "w/b"]);
      await store.slots.dequeue("v", "exec_v");
      expect(await store.slots.listLines({ after: "", limit: 1 })).toEqual(["w/a"]);
    });
  });
}
