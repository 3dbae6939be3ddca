import type { CostOfDay, CostSpans, CostSpansLine, CostSummary } from "../api/costs.ts";
import { GENERATION } from "../model/execution-id.ts";
import {
  addTotals,
  DAY_MS,
  type DailyDimension,
  dayOf,
  modelsOf,
  NOTHING,
} from "../model/totals.ts";
import type { CallCost } from "../ports/calls.ts";
import type { DaySum } from "../ports/executions.ts";
import type { Store } from "../ports/store.ts";

/** The store's part that is read. */
type Source = Pick<Store, "totals" | "calls">;

/** The days of the three spans, today among them. */
const WEEK = 7;
const MONTH = 30;

/**
 * What all runs cost, or those of one person, from sums of whole days: no execution is read for it.
 *
 * @param person - Slack user id; `null`: all.
 * @param now - milliseconds since 1970.
 */
export async function summarizeCosts(
  store: Source,
  person: string | null,
  now: number,
): Promise<CostSummary> {
  const today = dayOf(now);
  const [from, to] = [today - (MONTH - 1) * DAY_MS, today + DAY_MS];
  const calls = await store.calls.listCosts({ workflowId: GENERATION, from, to });
  const days = { from, today, to };
  if (person === null) return summarizeAll(store, calls, days);
  const prefix = modelsOf(person);
  const [rows, ofModels] = await Promise.all([
    store.totals.read({ dimension: "person", name: person, from, to }),
    store.totals.read({ dimension: "person-model", prefix, from, to }),
  ]);
  const own = calls.filter(({ by }) => by === person);
  const ran = rows.map((row) => ({ ...row, name: row.workflowId, day: dayOf(row.hour) }));
  const called = ofModels.map((row) => ({
    ...row,
    name: row.name.slice(prefix.length),
    day: dayOf(row.hour),
  }));
  return {
    of: "own",
    ...summarizeWorkflows([...ran, ...own.map((call) => toSum(call, GENERATION))], days),
    people: [],
    models: toLines(
      [...called, ...own.map((call) => toSum(call, call.model)), ...uncounted(ran, called)],
      days,
    ),
  };
}

/** What a person's runs cost before the models of people were counted: under the empty name. */
function uncounted(ran: readonly DaySum[], called: readonly DaySum[]): readonly DaySum[] {
  const spent = new Map<number, number>();
  for (const { day, costNano } of ran) spent.set(day, (spent.get(day) ?? 0) + costNano);
  for (const { day, costNano } of called) spent.set(day, (spent.get(day) ?? 0) - costNano);
  return [...spent].flatMap(([day, costNano]) =>
    costNano > 0 ? [{ ...NOTHING, name: "", day, costNano }] : [],
  );
}

/** Beginnings of the first and the last of the days, and where the last one ends. */
interface Days {
  readonly from: number;
  readonly today: number;
  readonly to: number;
}

async function summarizeAll(
  store: Source,
  calls: readonly CallCost[],
  days: Days,
): Promise<CostSummary> {
  const read = (dimension: DailyDimension) =>
    store.totals.sumDays({ dimension, from: days.from, to: days.to, each: "day" });
  const [workflows, models, people] = await Promise.all([
    read("workflow"),
    read("model"),
    sumPeople(store, days),
  ]);
  const drafts = (nameOf: (call: CallCost) => string) =>
    calls.map((call) => toSum(call, nameOf(call)));
  return {
    of: "all",
    ...summarizeWorkflows([...workflows, ...drafts(() => GENERATION)], days),
    models: toLines([...models, ...drafts(({ model }) => model)], days),
    people: toLines([...people, ...drafts(({ by = "" }) => by)], days),
  };
}

/** People are many: their sums are made by the store, one for each span. */
async function sumPeople(
  { totals }: Source,
  { from, today, to }: Days,
): Promise<readonly DaySum[]> {
  const week = today - (WEEK - 1) * DAY_MS;
  const parts = [
    [from, week],
    [week, today],
    [today, to],
  ] as const;
  const sums = await Promise.all(
    parts.map(([start, end]) =>
      totals.sumDays({ dimension: "person", from: start, to: end, each: "name" }),
    ),
  );
  return sums.flat();
}

function summarizeWorkflows(
  sums: readonly DaySum[],
  days: Days,
): Pick<CostSummary, "day" | "total" | "workflows" | "days"> {
  return {
    day: days.today,
    total: addUp(sums, days),
    workflows: toLines(sums, days),
    days: toDays(sums),
  };
}

function toLines(sums: readonly DaySum[], days: Days): readonly CostSpansLine[] {
  return [...Map.groupBy(sums, ({ name }) => name)]
    .map(([name, own]) => ({ name, ...addUp(own, days) }))
    .sort((one, other) => other.month.costNano - one.month.costNano);
}

/** One pass: with many workflows there are many sums. */
function addUp(sums: readonly DaySum[], { today }: Days): CostSpans {
  const week = today - (WEEK - 1) * DAY_MS;
  // Each span holds the shorter one.
  const parts = { today: NOTHING, week: NOTHING, month: NOTHING };
  for (const sum of sums) {
    const part = sum.day >= today ? "today" : sum.day >= week ? "week" : "month";
    parts[part] = addTotals(parts[part], sum);
  }
  const inWeek = addTotals(parts.today, parts.week);
  return { today: parts.today, week: inWeek, month: addTotals(inWeek, parts.month) };
}

function toDays(sums: readonly DaySum[]): readonly CostOfDay[] {
  const costs = new Map<string, CostOfDay>();
  for (const { day, name: workflowId, costNano } of sums) {
    if (costNano === 0) continue;
    const key = `${day} ${workflowId}`;
    const known = costs.get(key)?.costNano ?? 0;
    costs.set(key, { day, workflowId, costNano: known + costNano });
  }
  return [...costs.values()].sort((one, other) => one.day - other.day);
}

/** A call that wrote a draft. */
function toSum({ at, usage, costNano }: CallCost, name: string): DaySum {
  return {
    ...NOTHING,
    name,
    day: dayOf(at),
    costNano: costNano ?? 0,
    costUnknown: costNano === null ? 1 : 0,
    calls: 1,
    promptTokens: usage?.promptTokens ?? 0,
    completionTokens: usage?.completionTokens ?? 0,
  };
}
