import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { toIncomingFile } from "../../../src/shared/file-value.ts";
import { type OpenStore, START } from "../records.ts";

const DAY = 86_400_000;

/** A file of random bytes, or of these. */
function file(bytes: Buffer | number, expiresAt = START + DAY) {
  const content = typeof bytes === "number" ? randomBytes(bytes) : bytes;
  const { ref, size } = toIncomingFile(content, { name: "a", type: "" }).value;
  return { ref, bytes: content, stored: { ref, size, expiresAt } };
}

export function filesConformance(open: OpenStore): void {
  describe("files", () => {
    test.for([0, 1, 1024 * 1024, 1024 * 1024 + 1, 5_000_000])(
      "%i bytes come back as they were stored",
      async (size) => {
        await using store = await open();
        const { ref, bytes, stored } = file(size);

        await store.files.save(stored, bytes, START);

        expect((await store.files.read(ref))?.equals(bytes)).toBe(true);
        expect(await store.files.totalBytes()).toBe(size);
      },
    );

    test("equal bytes are stored once, also when two save them at the same time", async () => {
      await using store = await open();
      const { ref, bytes, stored } = file(3_000_000);

      await Promise.all([
        store.files.save(stored, bytes, START),
        store.files.save({ ...stored, expiresAt: START + 3 * DAY }, bytes, START),
        store.files.save(stored, bytes, START),
      ]);

      expect(await store.files.totalBytes()).toBe(3_000_000);
      expect((await store.files.read(ref))?.equals(bytes)).toBe(true);
      // The longest time counts.
      expect(await store.files.listExpired(START + 2 * DAY, 10)).toEqual([]);
      await store.files.removeLeftovers(START + 9 * DAY);
      expect((await store.files.read(ref))?.equals(bytes)).toBe(true);
    });

    test("what was never stored is not there", async () => {
      await using store = await open();
      const { ref } = file(10);

      expect(await store.files.read(ref)).toBeNull();
      expect(await store.files.extend(ref, START)).toBe(false);
      expect(await store.files.remove(ref, START)).toBe(false);
      expect(await store.files.totalBytes()).toBe(0);
    });

    test("what has expired is found in order and removed, unless it was extended meanwhile", async () => {
      await using store = await open();
      const late = file(10, START + 2);
      const early = file(20, START + 1);
      const fresh = file(30, START + DAY);
      for (const one of [late, early, fresh]) await store.files.save(one.stored, one.bytes, START);

      const expired = await store.files.listExpired(START + 2, 10);
      expect(expired).toEqual([early.stored, late.stored]);
      expect(await store.files.listExpired(START + 2, 1)).toEqual([early.stored]);

      expect(await store.files.extend(late.ref, START + DAY)).toBe(true);
      expect(await store.files.extend(late.ref, START + 5)).toBe(true);
      expect(await store.files.remove(late.ref, START + 2)).toBe(false);
      expect(await store.files.remove(early.ref, START + 2)).toBe(true);

      expect(await store.files.read(early.ref)).toBeNull();
      expect((await store.files.read(late.ref))?.equals(late.bytes)).toBe(true);
      expect(await store.files.listExpired(START + DAY - 1, 10)).toEqual([]);
      expect(await store.files.totalBytes()).toBe(40);
    });

    test("what was removed can be stored again", async () => {
      await using store = await open();
      const { ref, bytes, stored } = file(2_500_000, START);
      await store.files.save(stored, bytes, START);
      await store.files.remove(ref, START);

      await store.files.save(stored, bytes, START);

      expect((await store.files.read(ref))?.equals(bytes)).toBe(true);
      expect(await store.files.totalBytes()).toBe(2_500_000);
    });

    test("who has a file stays known, each once, and pages miss nobody", async () => {
      await using store = await open();
      const { ref } = file(10);
      const other = file(11).ref;
      const ids = ["exec_b", "exec_a", "exec_aa", "upload", "exec_c"];
      for (const [n, holder] of ids.entries())
        await store.files.link({ ref, holder, at: START + n });
      await store.files.link({ ref, holder: "exec_a", at: START + 99 });
      await store.files.link({ ref: other, holder: "exec_a", at: START });

      expect(await store.files.isLinked(ref, "exec_aa")).toBe(true);
      expect(await store.files.isLinked(other, "exec_aa")).toBe(false);
      expect(await store.files.listOf("exec_a", 10)).toEqual([
        { ref: other, holder: "exec_a", at: START },
        { ref, holder: "exec_a", at: START + 1 },
      ]);
      const first = await store.files.listHolders(ref, { limit: 2 });
      const rest = await store.files.listHolders(ref, { limit: 9, after: "exec_aa" });
      expect([...first, ...rest].map(({ holder }) => holder)).toEqual([...ids].sort());
    });
  });
}
