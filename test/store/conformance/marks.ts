import { describe, expect, test } from "vitest";
import type { OpenStore } from "../records.ts";

export function marksConformance(open: OpenStore): void {
  describe("marks", () => {
    test("the last write under a key stands, and other keys have their own", async () => {
      await using store = await open();
      expect(await store.kv.get("schedules")).toBeNull();

      await store.kv.set("schedules", { at: 1 });
      await store.kv.set("schedules", { at: 2, "$a.b": [null, "💸"] });
      await store.kv.set("rows", 7);

      expect(await store.kv.get("schedules")).toEqual({ at: 2, "$a.b": [null, "💸"] });
      expect(await store.kv.get("rows")).toBe(7);
    });

    test("are gone once they were removed, and may be removed twice", async () => {
      await using store = await open();
      await store.kv.set("schedules", 1);
      await store.kv.set("rows", 2);

      await store.kv.remove("schedules");
      await store.kv.remove("schedules");

      expect(await store.kv.get("schedules")).toBeNull();
      expect(await store.kv.list("schedules")).toEqual([]);
      expect(await store.kv.get("rows")).toBe(2);
    });

    test("are listed by the beginning of their keys, taken literally, in order of key", async () => {
      await using store = await open();
      for (const key of ["pause:b", "pause:*", "pause%", "paus", "pause:b:c", "schedules"])
        await store.kv.set(key, key.length);

      expect(await store.kv.list("pause:")).toEqual([
        { key: "pause:*", value: 7 },
        { key: "pause:b", value: 7 },
        { key: "pause:b:c", value: 9 },
      ]);
      expect(await store.kv.list("nothing")).toEqual([]);
    });
  });
}
