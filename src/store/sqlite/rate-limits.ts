import type { RateLimitStore } from "../../engine/ports/rate-limits.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { markAfter, markOfPause, refusalOf } from "../rate-limit.ts";

/** Limits that are kept; those that were used longest ago go first, and most have recovered by then. */
const MAX_LIMITS = 20_000;

/** Limits in memory: no other process has the file. A new process begins with none used. */
export function createRateLimits(): RateLimitStore {
  const marks = new LruMap<string, number>(MAX_LIMITS);
  return {
    async take(limits, now) {
      for (const limit of limits) {
        const refusal = refusalOf(limit, marks.get(limit.key) ?? null, now);
        if (refusal !== null) return refusal;
      }
      for (const limit of limits)
        marks.set(limit.key, markAfter(limit, marks.get(limit.key) ?? null, now));
      return null;
    },
    async pause(limit, until) {
      marks.set(limit.key, Math.max(marks.get(limit.key) ?? 0, markOfPause(limit, until)));
    },
  };
}
