import { quantile } from "../../shared/quantile.ts";
import { fitsExpected } from "../ai/expected.ts";
import type { PromptComparison, PromptFigures, PromptView } from "../api/prompts.ts";
import type { PromptCall } from "../ports/calls.ts";
import type { SampleRecord } from "../ports/prompts.ts";
import type { Store } from "../ports/store.ts";

/** The newest calls of a version that figures are computed from: enough for a share to be known to a percent or two. */
const COMPARED_CALLS = 2000;

/** Compares the versions of a prompt that are or were active, newest number first. */
export async function comparePrompts(
  prompt: PromptView,
  store: Pick<Store, "calls" | "samples">,
): Promise<PromptComparison> {
  const { name } = prompt;
  const versions: PromptFigures[] = [];
  for (const { version } of prompt.versions) {
    const id = { name, version };
    const calls = await store.calls.listOfPrompt(id, COMPARED_CALLS);
    const role = roleOf(prompt, version);
    if (calls.length === 0 && role === null) continue;
    const samples = await store.samples.list({ prompt: id });
    const percent = percentOf(prompt, version);
    versions.push({ version, role, percent, ...figuresOf(calls, samples) });
  }
  return { name, versions };
}

function roleOf({ active, split, previous }: PromptView, version: number): PromptFigures["role"] {
  if (version === active) return "active";
  if (version === split?.version) return "split";
  return version === previous ? "previous" : null;
}

function percentOf({ active, split }: PromptView, version: number): number {
  if (version === split?.version) return split.percent;
  return version === active ? 100 - (split?.percent ?? 0) : 0;
}

type Measured = Omit<PromptFigures, "version" | "role" | "percent">;

/**
 * Computes the figures of one version from its calls and labels. Pure.
 *
 * @internal exported for its test
 */
export function figuresOf(
  calls: readonly PromptCall[],
  samples: readonly SampleRecord[],
): Measured {
  // `executionId/path:attempt:n`: attempts that follow each other are one decision.
  const decisions = Map.groupBy(calls, ({ id }) => id.replace(/:\d+:\d+$/, ""));
  const latencies = [...decisions.values()]
    .map((own) => own.reduce((sum, { latencyMs }) => sum + latencyMs, 0))
    .toSorted((a, b) => a - b);
  const priced = calls.flatMap(({ costNano }) => costNano ?? []);
  const overturned = samples.filter(({ actual, expected }) => !fitsExpected(actual, expected));
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    decisions: decisions.size,
    calls: calls.length,
    invalidRate: share(calls.filter(({ valid }) => !valid).length, calls.length),
    costNano:
      priced.length === 0
        ? null
        : Math.round(priced.reduce((sum, cost) => sum + cost, 0) / decisions.size),
    unknownCosts: calls.length - priced.length,
    latencyMs:
      latencies.length === 0
        ? null
        : { median: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
    labelled: samples.length,
    overturned: overturned.length,
    overturnedRate: share(overturned.length, decisions.size),
  };
}
