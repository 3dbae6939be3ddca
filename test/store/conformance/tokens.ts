import { describe, expect, test } from "vitest";
import { type OpenStore, START, token } from "../records.ts";

export function tokensConformance(open: OpenStore): void {
  describe("tokens", () => {
    test("are found by id and listed the newest first, a person's own or all", async () => {
      await using store = await open();
      const [one, two, other] = [
        token("tok_1"),
        token("tok_2", { createdAt: START + 5 }),
        token("tok_3", { owner: "U0BOB", createdAt: START + 1 }),
      ];
      for (const each of [one, two, other]) expect(await store.tokens.insert(each)).toBe(true);

      expect(await store.tokens.get("tok_2")).toEqual(two);
      expect(await store.tokens.get("tok_9")).toBeNull();
      expect(await store.tokens.list({ owner: "U0ALICE", limit: 9 })).toEqual([two, one]);
      expect(await store.tokens.list({ limit: 2 })).toEqual([two, other]);
    });

    test("keep their id, and may be replaced", async () => {
      await using store = await open();
      await store.tokens.insert(token("tok_1"));

      expect(await store.tokens.insert(token("tok_1", { owner: "U0BOB" }))).toBe(false);
      const revoked = token("tok_1", { revoked: { by: "U0BOB", at: START } });
      await store.tokens.save(revoked);

      expect(await store.tokens.list({ limit: 9 })).toEqual([revoked]);
    });
  });
}
