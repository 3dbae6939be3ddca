import type { RateLimit, RateLimitStore, RateRefusal } from "../../engine/ports/rate-limits.ts";
import { markAfter, markOfPause, refusalOf } from "../rate-limit.ts";
import { type RateLimitDocument, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";
import { toDate } from "./values.ts";

/** How long a limit that nothing more counts against is kept, in milliseconds. */
const KEPT_MS = 3_600_000;

/** Limits that several processes keep together: a document each, compared and set. */
export function createRateLimits(connection: Connection): RateLimitStore {
  const { rateLimits } = connection.collections;

  const insert = async (document: RateLimitDocument): Promise<boolean> => {
    try {
      await rateLimits.insertOne(document);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };

  /** Counts one call against one limit. */
  const takeOne = async (limit: RateLimit, now: number): Promise<RateRefusal | null> => {
    for (;;) {
      const known = await connection.ask(() => rateLimits.findOne({ _id: limit.key }));
      const refusal = refusalOf(limit, known?.next ?? null, now);
      if (refusal !== null) return refusal;
      const next = markAfter(limit, known?.next ?? null, now);
      const document = { schemaVersion: SCHEMA_VERSION, next, expiresAt: toDate(next + KEPT_MS) };
      const isCounted =
        known === null
          ? await connection.ask(() => insert({ _id: limit.key, ...document }))
          : await connection.ask(async () => {
              const filter = { _id: limit.key, next: known.next };
              return (await rateLimits.updateOne(filter, { $set: document })).matchedCount === 1;
            });
      // Else another process was faster.
      if (isCounted) return null;
    }
  };

  return {
    async take(limits, now) {
      const taken: RateLimit[] = [];
      for (const limit of limits) {
        const refusal = await takeOne(limit, now);
        if (refusal === null) {
          taken.push(limit);
          continue;
        }
        for (const { key: _id, intervalMs } of taken) {
          await connection.ask(() =>
            rateLimits.updateOne({ _id }, { $inc: { next: -intervalMs } }),
          );
        }
        return refusal;
      }
      return null;
    },
    async pause(limit, until) {
      const next = markOfPause(limit, until);
      const update = {
        $max: { next, expiresAt: toDate(next + KEPT_MS) },
        $set: { schemaVersion: SCHEMA_VERSION },
      };
      await connection.ask(() =>
        rateLimits.updateOne({ _id: limit.key }, update, { upsert: true }),
      );
    },
  };
}
