import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { RateLimit, RateLimitStore } from "../ports/rate-limits.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { ActiveTrigger } from "./trigger-registry.ts";

export interface StartLimitOptions {
  readonly store: { readonly rateLimits: RateLimitStore };
  readonly clock: Clock;
  readonly events: EngineEvents;
  readonly logger: Logger;
}

/** Counts one start of a workflow by a trigger against a limit. @returns `false`: it is used up, and that is published. */
export async function admitsStart(
  { store, clock, logger, events }: StartLimitOptions,
  { workflowId, kind, id }: ActiveTrigger,
  limit: RateLimit,
): Promise<boolean> {
  const refusal = await store.rateLimits.take([limit], clock.now());
  if (refusal === null) return true;
  logger.warn({ workflowId, trigger: id }, "more events than a trigger may start runs for");
  events.emit("flooded", { workflowId, kind, why: "rate" });
  return false;
}
