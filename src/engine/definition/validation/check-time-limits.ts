import { formatDuration, parseDuration } from "../../../shared/duration.ts";
import { readOwn } from "../../../shared/json.ts";
import type { PartialBody, PartialStep } from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";

/** Durations in the configuration of steps that wait, by type. */
const WAITS: Readonly<Record<string, readonly string[]>> = {
  wait: ["duration", "timeout"],
  approval: ["timeout", "remindAfter", "escalateAfter"],
};

/**
 * Warns of durations that never pass, since the run ends before.
 *
 * @param limitMs - after which a run ends, `limits.timeout`.
 */
export function checkTimeLimits(
  body: PartialBody,
  limitMs: number,
  collector: ProblemCollector,
): void {
  for (const step of body.steps) {
    for (const { path, name, ms } of durationsOf(step)) {
      if (ms < limitMs) continue;
      collector.warn(
        path,
        `"${name}" is ${formatDuration(ms)}, but the run ends ${formatDuration(limitMs)} after its start (limits.timeout)`,
        `Set limits.timeout to more than ${formatDuration(ms)}, or shorten "${name}".`,
      );
    }
    for (const inner of step.bodies) checkTimeLimits(inner, limitMs, collector);
  }
}

function durationsOf({ path, type, config, source }: PartialStep): readonly {
  readonly path: readonly PropertyKey[];
  readonly name: string;
  readonly ms: number;
}[] {
  const names = WAITS[type?.kind ?? ""] ?? [];
  const places: readonly (readonly [readonly string[], unknown])[] = [
    ...names.map((name) => [["config", name], readOwn(config, name)] as const),
    [["timeoutMs"], source["timeoutMs"]],
    [["retryPolicy", "backoffMs"], readOwn(source["retryPolicy"], "backoffMs")],
  ];
  return places.flatMap(([place, value]) => {
    const ms = parseDuration(value);
    return ms === null ? [] : [{ path: [...path, ...place], name: place.at(-1) ?? "", ms }];
  });
}
