import { describe, expect, test } from "vitest";
import type { RateLimit } from "../../../src/engine/ports/rate-limits.ts";
import type { OpenStore } from "../records.ts";

/** In the future, since the server of MongoDB removes by its own clock what expired. */
const NOW = Date.UTC(2100, 0, 15, 9);
const POSTS: RateLimit = { key: "post C1", burst: 3, intervalMs: 1000 };
const WORKSPACE: RateLimit = { key: "post", burst: 2, intervalMs: 100 };

export function rateLimitsConformance(open: OpenStore): void {
  describe("rate limits", () => {
    test("a burst is allowed at once, the rest at the rate", async () => {
      await using store = await open();
      const at = (ms: number) => store.rateLimits.take([POSTS], NOW + ms);

      expect([await at(0), await at(0), await at(0)]).toEqual([null, null, null]);
      expect(await at(0)).toEqual({ key: "post C1", waitMs: 1000 });
      expect(await at(400)).toEqual({ key: "post C1", waitMs: 600 });
      expect(await at(1000)).toBeNull();
      expect(await at(1000)).not.toBeNull();
      expect([await at(9000), await at(9000), await at(9000)]).toEqual([null, null, null]);
    });

    test("of twenty that ask together only the burst is let through", async () => {
      await using store = await open();

      const answers = await Promise.all(
        Array.from({ length: 20 }, () => store.rateLimits.take([POSTS], NOW)),
      );

      expect(answers.filter((answer) => answer === null)).toHaveLength(3);
    });

    test("a call that one limit refuses counts against none", async () => {
      await using store = await open();
      const other: RateLimit = { ...POSTS, key: "post C2" };
      await store.rateLimits.take([POSTS, WORKSPACE], NOW);
      await store.rateLimits.take([POSTS, WORKSPACE], NOW);

      const refused = await store.rateLimits.take([other, WORKSPACE], NOW);

      expect(refused).toEqual({ key: "post", waitMs: 100 });
      const rest = [1, 2, 3].map(() => store.rateLimits.take([other], NOW));
      expect(await Promise.all(rest)).toEqual([null, null, null]);
    });

    test("a clock that was set back does not close a limit until it is there again", async () => {
      await using store = await open();
      for (let call = 0; call < 3; call += 1) await store.rateLimits.take([POSTS], NOW);

      const earlier = NOW - 3_600_000;
      const answers = [1, 2, 3].map(() => store.rateLimits.take([POSTS], earlier));

      expect(await Promise.all(answers)).toEqual([null, null, null]);
      expect(await store.rateLimits.take([POSTS], earlier)).toMatchObject({ waitMs: 1000 });
    });

    test("a pause allows one call at its end, and no burst", async () => {
      await using store = await open();

      await store.rateLimits.pause(POSTS, NOW + 30_000);
      await store.rateLimits.pause(POSTS, NOW + 10_000);

      expect(await store.rateLimits.take([POSTS], NOW + 10_000)).toMatchObject({ waitMs: 20_000 });
      expect(await store.rateLimits.take([POSTS], NOW + 30_000)).toBeNull();
      expect(await store.rateLimits.take([POSTS], NOW + 30_000)).toMatchObject({ waitMs: 1000 });
    });
  });
}
