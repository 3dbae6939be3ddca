import type { CostSummary } from "../../engine/api/costs.ts";
import { DAY_MS } from "../../engine/model/totals.ts";
import { counted } from "../../shared/counted.ts";
import { formatDollars } from "../../shared/money.ts";

/** What a chart of costs shows: the most expensive workflows by day, the others together. */
export interface CostSeries {
  /** The most expensive first; the others last. Those without costs are not among them. */
  readonly all: readonly {
    readonly label: string;
    readonly costNano: number;
    /** What it cost on each day, the oldest first. */
    readonly days: readonly number[];
  }[];
  /** When each day began, UTC, the oldest first. */
  readonly days: readonly number[];
}

/** As many as there are colors with a name in Slack, one of them for the others. */
const NAMED = 5;
/** Slack's squares in the colors of the chart, in the order of the series. */
export const SERIES_EMOJI = [
  ":large_blue_square:",
  ":large_orange_square:",
  ":large_green_square:",
  ":large_purple_square:",
  ":large_yellow_square:",
  ":large_brown_square:",
] as const;
const DAYS = 30;

/** @param labelOf - a workflow's name for people. */
export function costSeries(
  { day: last, days: costs, workflows }: CostSummary,
  labelOf: (workflowId: string) => string,
): CostSeries {
  const days = Array.from({ length: DAYS }, (_, index) => last - (DAYS - 1 - index) * DAY_MS);
  const paid = workflows.filter(({ month }) => month.costNano > 0).map(({ name }) => name);
  const named = paid.length <= NAMED + 1 ? paid : paid.slice(0, NAMED);
  const first = days[0] ?? last;
  const costsOf = new Map<string, number[]>();
  for (const { day, workflowId, costNano } of costs) {
    const own = costsOf.get(workflowId) ?? Array.from({ length: DAYS }, () => 0);
    const index = (day - first) / DAY_MS;
    own[index] = (own[index] ?? 0) + costNano;
    costsOf.set(workflowId, own);
  }
  const toSeries = (label: string, ids: readonly string[]) => {
    const own = days.map((_, index) =>
      ids.reduce((sum, id) => sum + (costsOf.get(id)?.[index] ?? 0), 0),
    );
    return { label, costNano: own.reduce((sum, cost) => sum + cost, 0), days: own };
  };
  const others = paid.slice(named.length);
  return {
    all: [
      ...named.map((id) => toSeries(labelOf(id), [id])),
      ...(others.length === 0 ? [] : [toSeries(counted(others.length, "other"), others)]),
    ],
    days,
  };
}

/** The chart in words, for those who do not see it. Plain text. */
export function describePicture({ all, days }: CostSeries): string {
  const sums = days.map((_, index) => all.reduce((sum, one) => sum + (one.days[index] ?? 0), 0));
  const total = sums.reduce((sum, cost) => sum + cost, 0);
  const most = Math.max(...sums);
  const day = showDay(days[sums.indexOf(most)] ?? 0);
  const parts = all.map(({ label, costNano }) => `${label} ${formatDollars(costNano)}`);
  return `Bar chart of costs by day from ${showDay(days[0] ?? 0)} to ${showDay(days.at(-1) ?? 0)}: ${formatDollars(total)} in all, the most on ${day} with ${formatDollars(most)}. By workflow: ${parts.join(", ")}.`;
}

/** `2026-11-25`, UTC. */
export function showDay(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}
