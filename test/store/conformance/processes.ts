import { describe, expect, test } from "vitest";
import { type OpenStore, START } from "../records.ts";

export function processesConformance(open: OpenStore): void {
  describe("processes", () => {
    test("are listed by id as they were seen last", async () => {
      await using store = await open();
      const first = { id: "worker_a", name: "one:1", startedAt: START, seenAt: START };
      const second = { id: "worker_b", name: "two:7", startedAt: START + 1, seenAt: START + 1 };

      await store.processes.save(second);
      await store.processes.save(first);
      await store.processes.save({ ...first, seenAt: START + 10_000 });

      expect(await store.processes.list()).toEqual([{ ...first, seenAt: START + 10_000 }, second]);
    });

    test("one that died is removed by exactly one of the others, and one that was seen again by none", async () => {
      await using store = await open();
      const dead = { id: "worker_a", name: "one:1", startedAt: START, seenAt: START };
      await store.processes.save(dead);

      const answers = await Promise.all(
        Array.from({ length: 8 }, () => store.processes.remove(dead)),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store.processes.list()).toEqual([]);

      const alive = { ...dead, seenAt: START + 10_000 };
      await store.processes.save(alive);
      expect(await store.processes.remove(dead)).toBe(false);
      expect(await store.processes.list()).toEqual([alive]);
    });
  });
}
