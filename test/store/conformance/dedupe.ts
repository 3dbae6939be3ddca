import { describe, expect, test } from "vitest";
import { type OpenStore, START } from "../records.ts";

const TEN_MINUTES_MS = 600_000;

export function dedupeConformance(open: OpenStore): void {
  describe("dedupe", () => {
    test("the first execution under a key is the answer to every repeat", async () => {
      await using store = await open();
      const ask = (key: string, id: string) =>
        store.dedupe.claim(key, id, START, START + TEN_MINUTES_MS);

      expect(await ask("/hook:1", "exec_1")).toBe("exec_1");
      expect(await ask("/hook:1", "exec_2")).toBe("exec_1");
      expect(await ask("/hook:1", "exec_1")).toBe("exec_1");
      expect(await ask("/hook:2", "exec_3")).toBe("exec_3");
    });

    test("eight callers at once agree on one execution", async () => {
      await using store = await open();

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.dedupe.claim("/hook:1", `exec_${n}`, START, START + TEN_MINUTES_MS),
        ),
      );

      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toMatch(/^exec_[0-7]$/);
    });

    test("a key is free again at the moment it expires, and not before", async () => {
      await using store = await open();
      const end = START + TEN_MINUTES_MS;
      await store.dedupe.claim("/hook:1", "exec_1", START, end);

      expect(await store.dedupe.claim("/hook:1", "exec_2", end - 1, end * 2)).toBe("exec_1");
      expect(await store.dedupe.claim("/hook:1", "exec_3", end, end + TEN_MINUTES_MS)).toBe(
        "exec_3",
      );
      expect(await store.dedupe.claim("/hook:1", "exec_4", end + 1, end * 2)).toBe("exec_3");
    });

    test("an expired key is free, however many others have expired", async () => {
      await using store = await open();
      const keys = Array.from({ length: 40 }, (_, n) => `/hook:${n}`);
      await Promise.all(keys.map((key) => store.dedupe.claim(key, "exec_old", START, START + 1)));

      const answers: string[] = [];
      for (const key of keys.toReversed()) {
        answers.push(
          await store.dedupe.claim(key, `exec_${key}`, START + 1, START + TEN_MINUTES_MS),
        );
      }

      expect(answers).toEqual(keys.toReversed().map((key) => `exec_${key}`));
    });

    test("eight callers at once agree on the one that follows an expired key", async () => {
      await using store = await open();
      await store.dedupe.claim("/hook:1", "exec_old", START, START + 1);

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.dedupe.claim("/hook:1", `exec_${n}`, START + 5, START + TEN_MINUTES_MS),
        ),
      );

      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).not.toBe("exec_old");
    });
  });
}
