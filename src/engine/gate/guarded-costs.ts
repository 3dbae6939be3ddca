import type {
  BudgetStatus,
  BudgetWarning,
  CostBreakdown,
  CostOverview,
  CostQuery,
  CostReport,
  CostSummary,
  Costs,
  Estimate,
  WorkflowMetrics,
} from "../api/costs.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { CostReports } from "../costs/costs.ts";
import type { BudgetScope } from "../ports/calls.ts";
import type { Gate } from "./gate.ts";
import { leftOut } from "./left-out.ts";

/** What workflows cost, as people may see it, and budgets, which admins set. */
export class GuardedCosts implements Costs {
  readonly #gate: Gate;
  readonly #costs: CostReports;
  readonly #trail: AuditTrail;

  constructor(gate: Gate, parts: { readonly costs: CostReports; readonly trail: AuditTrail }) {
    this.#gate = gate;
    this.#costs = parts.costs;
    this.#trail = parts.trail;
  }

  async metrics(workflowId: string, reader?: string): Promise<WorkflowMetrics> {
    await this.#permitView(workflowId, reader);
    return this.#costs.metrics(workflowId);
  }

  async report(workflowId: string, days: number, reader?: string): Promise<CostReport> {
    await this.#permitView(workflowId, reader);
    return this.#costs.report(workflowId, days);
  }

  async overview(days: number, reader?: string): Promise<CostOverview> {
    const overview = await this.#costs.overview(days);
    const workflows = await this.#only(reader, overview.workflows, (one) => one.workflowId);
    return { ...overview, workflows };
  }

  async summary(reader: string): Promise<CostSummary> {
    return this.#costs.summarize(
      (await this.#gate.access.isAdmin(reader, "recent")) ? null : reader,
    );
  }

  async breakdown(query: CostQuery, reader?: string): Promise<CostBreakdown> {
    if (query.workflowId !== undefined) await this.#permitView(query.workflowId, reader);
    const breakdown = await this.#costs.breakdown(query);
    if (query.by !== "workflow" || query.person === reader) return breakdown;
    return { ...breakdown, lines: await this.#only(reader, breakdown.lines, ({ name }) => name) };
  }

  estimate(workflowId: string, version?: number): Promise<Estimate> {
    return this.#costs.estimate(workflowId, version);
  }

  async listBudgets(reader?: string): Promise<readonly BudgetStatus[]> {
    if (reader !== undefined) await this.#gate.permitAdmin(reader, { what: "see the budgets" });
    return this.#costs.listBudgets();
  }

  listBudgetsOf(person: string): Promise<readonly BudgetStatus[]> {
    return this.#costs.listBudgetsOf(person);
  }

  async setBudget(
    scope: BudgetScope,
    subject: string,
    monthlyUsd: number | null,
    by: string,
  ): Promise<void> {
    await this.#gate.permitAdmin(by, { what: "set budgets" });
    const before = (await this.#costs.listBudgets()).find(
      (budget) => budget.scope === scope && budget.subject === subject,
    );
    await this.#costs.setBudget(scope, subject, monthlyUsd, by);
    const from = before === undefined ? null : before.monthlyNano / 1e9;
    await this.#trail.write(by, {
      action: "budget",
      ...(scope === "workflow" && { workflowId: subject }),
      changes: [{ of: subject === "" ? scope : `${scope} ${subject}`, from, to: monthlyUsd }],
      result: "done",
    });
  }

  onBudgetWarning(listener: (warning: BudgetWarning) => Promise<boolean>): () => void {
    return this.#costs.onBudgetWarning(listener);
  }

  async #permitView(workflowId: string, reader: string | undefined): Promise<void> {
    if (reader === undefined || !(await this.#isRestricted(workflowId))) return;
    await this.#gate.permit(reader, "view", workflowId, {
      what: `see what "${workflowId}" costs`,
    });
  }

  /** Without what the reader may not see. */
  async #only<T>(
    reader: string | undefined,
    lines: readonly T[],
    idOf: (line: T) => string,
  ): Promise<readonly T[]> {
    if (reader === undefined || (await this.#gate.access.isAdmin(reader))) return lines;
    const seen: T[] = [];
    for (const line of lines) if (await this.#sees(reader, idOf(line))) seen.push(line);
    return seen;
  }

  async #sees(reader: string, workflowId: string): Promise<boolean> {
    if (!(await this.#isRestricted(workflowId))) return true;
    const permissions = await this.#gate.permissionsOf(workflowId);
    const verdict = this.#gate.access.may(reader, "view", permissions);
    return verdict.then(({ allowed }) => allowed).catch(leftOut);
  }

  /** What has no definition any more, and the writing of drafts, is shown to all. */
  async #isRestricted(workflowId: string): Promise<boolean> {
    const permissions = await this.#gate.permissionsOf(workflowId).catch(() => undefined);
    return permissions?.view !== undefined;
  }
}
