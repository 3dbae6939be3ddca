import { describe, expect, test } from "vitest";
import type { OpenStore } from "../records.ts";

export function marksConformance(open: OpenStore): void {
  describe("marks", () => {
    test("the last write under a key stands, and other keys have their own", async () => {
      await using store = await open();
      expect(await store.readMark("schedules")).toBeNull();

      await store.writeMark("schedules", { at: 1 });
      await store.writeMark("schedules", { at: 2, "$a.b": [null, "💸"] });
      await store.writeMark("rows", 7);

      expect(await store.readMark("schedules")).toEqual({ at: 2, "$a.b": [null, "💸"] });
      expect(await store.readMark("rows")).toBe(7);
    });

    test("are listed by the beginning of their keys, taken literally, in order of key", async () => {
      await using store = await open();
      for (const key of ["pause:b", "pause:*", "pause%", "paus", "pause:b:c", "schedules"])
        await store.writeMark(key, key.length);

      expect(await store.listMarks("pause:")).toEqual([
        { key: "pause:*", value: 7 },
        { key: "pause:b", value: 7 },
        { key: "pause:b:c", value: 9 },
      ]);
      expect(await store.listMarks("nothing")).toEqual([]);
    });
  });
}
