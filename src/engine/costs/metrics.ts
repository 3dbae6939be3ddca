import { omitUndefined } from "../../shared/omit-undefined.ts";
import type {
  CostBreakdown,
  CostDimension,
  CostLine,
  CostOverview,
  CostQuery,
  CostReport,
  WorkflowMetrics,
} from "../api/costs.ts";
import { GENERATION } from "../model/execution-id.ts";
import {
  DAY_MS,
  dayOf,
  HOUR_MS,
  hourOf,
  modelsOf,
  NOTHING,
  sumTotals,
  type Totals,
  type TotalsDimension,
  type TotalsRow,
} from "../model/totals.ts";
import type { CallCost } from "../ports/calls.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";

/** Those in which the writing of drafts has a line. */
const DRAFT_DIMENSIONS: ReadonlySet<CostDimension> = new Set([
  "workflow",
  "person",
  "model",
  "day",
]);

/** Answers questions about counts and costs from the running totals; no execution is read for it. */
export class Metrics {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async countsOf(workflowId: string): Promise<WorkflowMetrics> {
    const rows = await this.#read("workflow", 0, { workflowId });
    const from = this.#since(1);
    const recent = rows.filter((row) => row.hour >= from);
    return { totals: sumTotals(rows), last24h: sumTotals(recent).started };
  }

  /** @param days - today and the days before, counted in hours back from now. */
  async costs(workflowId: string, days: number): Promise<CostReport> {
    const from = this.#since(days);
    const [whole, steps] = await Promise.all([
      this.#read("workflow", from, { workflowId }),
      this.#read("step", from, { workflowId }),
    ]);
    return {
      totals: sumTotals(whole),
      steps: new Map(linesBy(steps, ({ name }) => name).map(({ name, totals }) => [name, totals])),
    };
  }

  async overview(days: number): Promise<CostOverview> {
    const { total, lines } = await this.breakdown({ by: "workflow", days });
    const generation = lines.find(({ name }) => name === GENERATION)?.totals ?? NOTHING;
    const workflows = lines
      .filter(({ name }) => name !== GENERATION)
      .map(({ name, totals }) => ({ workflowId: name, totals }));
    return { total, workflows, generation };
  }

  async breakdown(query: CostQuery): Promise<CostBreakdown> {
    const { by, days, workflowId } = query;
    const from = by === "day" ? this.#firstDay(days) : this.#since(days);
    const rows = await this.#readBy(from, query);
    const hasDrafts = workflowId === undefined && DRAFT_DIMENSIONS.has(by);
    const drafts = hasDrafts ? await this.#generation(from, query) : [];
    const all = [...rows, ...drafts];
    const lines = linesBy(all, (row) => nameOf(row, by));
    return {
      total: sumTotals(all),
      lines:
        by === "day"
          ? lines.sort((a, b) => a.name.localeCompare(b.name))
          : lines.sort((a, b) => b.totals.costNano - a.totals.costNano),
    };
  }

  /** A person's own are kept by workflow and by model. */
  async #readBy(
    from: number,
    { by, workflowId, person }: CostQuery,
  ): Promise<readonly TotalsRow[]> {
    if (person === undefined)
      return this.#read(by === "day" ? "workflow" : by, from, { workflowId });
    if (by !== "model") return this.#read("person", from, { workflowId, name: person });
    const prefix = modelsOf(person);
    const rows = await this.#read("person-model", from, { workflowId, prefix });
    return rows.map((row) => ({ ...row, name: row.name.slice(prefix.length) }));
  }

  /**
   * What the executions of one person, of one workflow, or all of them cost since a day began; those of a workflow without the writing
   * of drafts.
   *
   * @param from - the beginning of a day, UTC.
   */
  async spentSince(
    from: number,
    of: { readonly workflowId?: string; readonly person?: string },
  ): Promise<number> {
    const rows = await this.#readSince(from, of);
    const drafts =
      of.workflowId === undefined
        ? await this.#generation(from, { by: "workflow", days: 0, ...of })
        : [];
    return sumTotals([...rows, ...drafts]).costNano;
  }

  /** Of everything the sums of whole days: with many workflows there are many hours. */
  #readSince(
    from: number,
    of: { readonly workflowId?: string; readonly person?: string },
  ): Promise<readonly Totals[]> {
    if (of.person !== undefined) return this.#read("person", from, { name: of.person });
    if (of.workflowId !== undefined) return this.#read("workflow", from, of);
    const to = dayOf(this.#clock.now()) + DAY_MS;
    return this.#store.totals.sumDays({ dimension: "workflow", from, to, each: "name" });
  }

  /** The calls that wrote drafts, in the form of totals. */
  async #generation(from: number, { by, person }: CostQuery): Promise<readonly TotalsRow[]> {
    const calls = await this.#store.calls.listCosts({
      workflowId: GENERATION,
      from,
      to: this.#until(),
    });
    return calls
      .filter((call) => person === undefined || call.by === person)
      .map((call) => toRow(call, by));
  }

  #read(
    dimension: TotalsDimension,
    from: number,
    of: {
      readonly workflowId?: string | undefined;
      readonly name?: string | undefined;
      readonly prefix?: string | undefined;
    },
  ): Promise<readonly TotalsRow[]> {
    const { workflowId, name, prefix } = of;
    return this.#store.totals.read({
      dimension,
      from,
      to: this.#until(),
      ...omitUndefined({ workflowId, name, prefix }),
    });
  }

  #until(): number {
    return hourOf(this.#clock.now()) + HOUR_MS;
  }

  /** The hour that is `days` back: with it, at least that much time is covered. */
  #since(days: number): number {
    return Number.isFinite(days) ? hourOf(this.#clock.now()) - days * DAY_MS : 0;
  }

  /** The day that is the first of `days`, today being the last. */
  #firstDay(days: number): number {
    const today = dayOf(this.#clock.now());
    return Number.isFinite(days) ? today - (days - 1) * DAY_MS : 0;
  }
}

function linesBy(rows: readonly TotalsRow[], nameOfRow: (row: TotalsRow) => string): CostLine[] {
  const groups = [...Map.groupBy(rows, nameOfRow)];
  return groups.map(([name, own]) => ({ name, totals: sumTotals(own) }));
}

function nameOf({ workflowId, hour, name }: TotalsRow, by: CostDimension): string {
  if (by === "workflow") return workflowId;
  return by === "day" ? new Date(hour).toISOString().slice(0, 10) : name;
}

function toRow(
  { at, by: person = "", model, usage, costNano }: CallCost,
  by: CostDimension,
): TotalsRow {
  return {
    ...NOTHING,
    workflowId: GENERATION,
    dimension: "workflow",
    name: by === "person" ? person : by === "model" ? model : GENERATION,
    hour: hourOf(at),
    costNano: costNano ?? 0,
    costUnknown: costNano === null ? 1 : 0,
    calls: 1,
    promptTokens: usage?.promptTokens ?? 0,
    completionTokens: usage?.completionTokens ?? 0,
  };
}
