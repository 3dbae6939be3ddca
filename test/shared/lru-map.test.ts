import { describe, expect, test } from "vitest";
import { LruMap } from "../../src/shared/lru-map.ts";

describe("a map of the most recently used entries", () => {
  test("evicts the entry that was written longest ago", () => {
    const map = new LruMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.set("c", 3);

    expect(map.size).toBe(2);
    expect(map.get("a")).toBeUndefined();
    expect([map.get("b"), map.get("c")]).toEqual([2, 3]);
  });

  test("reading and writing an entry make it the newest", () => {
    const map = new LruMap<string, number>(3);
    for (const name of ["a", "b", "c"]) map.set(name, 0);
    map.get("a");
    map.set("b", 1);
    map.set("d", 0);

    expect(map.get("c")).toBeUndefined();
    expect([map.get("a"), map.get("b"), map.get("d")]).toEqual([0, 1, 0]);
  });

  test("writing a known key evicts nothing", () => {
    const map = new LruMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.set("b", 3);

    expect([map.get("a"), map.get("b")]).toEqual([1, 3]);
  });

  test("deleting says whether there was an entry, and makes room", () => {
    const map = new LruMap<string, number>(1);
    map.set("a", 1);

    expect([map.delete("a"), map.delete("a")]).toEqual([true, false]);
    expect(map.size).toBe(0);
  });

  test("falsy values are values", () => {
    const map = new LruMap<string, number | null>(2);
    map.set("zero", 0);
    map.set("null", null);

    expect([map.get("zero"), map.get("null")]).toEqual([0, null]);
  });
});
