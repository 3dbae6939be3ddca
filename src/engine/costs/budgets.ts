import { AppError } from "../../shared/errors.ts";
import { formatDollars, toNano } from "../../shared/money.ts";
import type { BudgetStatus, BudgetWarning } from "../api/costs.ts";
import { describeSubject } from "../model/budget-subject.ts";
import type { BudgetRecord, BudgetScope } from "../ports/calls.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { Metrics } from "./metrics.ts";

/** What is read is used for so long: together with the calls under way this is how far a budget can be passed. */
const TRUST_MS = 5000;
/** Share of a budget from which people are warned, once a month. */
const WARN_AT = 0.8;

/** Whose money is to be spent. */
export interface Spender {
  readonly workflowId?: string;
  /** Slack user id. */
  readonly person?: string | undefined;
}

export interface BudgetsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** `limits.monthlyBudgetUsd` of the active version of every workflow that has one, by id. */
  readonly definedUsd: () => Promise<ReadonlyMap<string, number>>;
  /** Warns people. @returns whether the warning reached a person. */
  readonly warn: (warning: BudgetWarning) => Promise<boolean>;
}

/**
 * Monthly budgets of everything, of workflows and of people, checked against the running totals before calls of models. A budget
 * is soft by the calls under way; the cap of an execution is what is hard.
 */
export class Budgets {
  readonly #options: BudgetsOptions;
  #known: {
    readonly at: number;
    readonly budgets: readonly Omit<BudgetStatus, "spentNano">[];
  } | null = null;
  readonly #spent = new Map<string, { readonly at: number; readonly nano: number }>();
  readonly #warned = new Set<string>();

  constructor(options: BudgetsOptions) {
    this.#options = options;
  }

  /** Why a model may not be asked now; `null`: it may. */
  async refusal(spender: Spender): Promise<AppError | null> {
    for (const budget of await this.#budgets()) {
      if (!concerns(budget, spender)) continue;
      const status = { ...budget, spentNano: await this.#spentOf(budget) };
      await this.#warn(status);
      if (status.spentNano >= status.monthlyNano) return exhausted(status);
    }
    return null;
  }

  /** All that are set, with what is used of them: of everything first, then by workflow, then by person. */
  async list(): Promise<readonly BudgetStatus[]> {
    return this.#withSpent(await this.#budgets());
  }

  /** A person's own, with what is used of them. */
  async listOf(person: string): Promise<readonly BudgetStatus[]> {
    const budgets = await this.#budgets();
    return this.#withSpent(
      budgets.filter(({ scope, subject }) => scope === "person" && subject === person),
    );
  }

  #withSpent(
    budgets: readonly Omit<BudgetStatus, "spentNano">[],
  ): Promise<readonly BudgetStatus[]> {
    return Promise.all(
      budgets.map(async (budget) => ({ ...budget, spentNano: await this.#spentOf(budget) })),
    );
  }

  /** @param monthlyUsd - `null` takes the budget away; that of a definition then holds again. */
  async set(
    scope: BudgetScope,
    subject: string,
    monthlyUsd: number | null,
    by: string,
  ): Promise<void> {
    const { store, clock } = this.#options;
    await store.budgets.save({
      scope,
      subject,
      monthlyNano: monthlyUsd === null ? null : toNano(monthlyUsd),
      setBy: by,
      setAt: clock.now(),
    });
    this.#known = null;
  }

  async #budgets(): Promise<readonly Omit<BudgetStatus, "spentNano">[]> {
    const { store, clock, definedUsd } = this.#options;
    if (this.#known && clock.now() - this.#known.at < TRUST_MS) return this.#known.budgets;
    const stored = await store.budgets.list();
    const set = stored.flatMap(({ monthlyNano, ...rest }) =>
      monthlyNano === null ? [] : [{ ...rest, monthlyNano }],
    );
    const defined = [...(await definedUsd())]
      .filter(([id]) => !set.some(({ scope, subject }) => scope === "workflow" && subject === id))
      .map(([subject, usd]) => ({
        scope: "workflow" as const,
        subject,
        monthlyNano: toNano(usd),
        setBy: "definition",
      }));
    const budgets = [...set, ...defined].sort(byScope);
    this.#known = { at: clock.now(), budgets };
    return budgets;
  }

  async #spentOf({ scope, subject }: Pick<BudgetStatus, "scope" | "subject">): Promise<number> {
    const { clock, metrics } = this.#options;
    const since = monthOf(clock.now());
    const key = `${scope}:${subject}:${since}`;
    const known = this.#spent.get(key);
    if (known && clock.now() - known.at < TRUST_MS) return known.nano;
    const of =
      scope === "workflow"
        ? { workflowId: subject }
        : scope === "person"
          ? { person: subject }
          : {};
    const nano = await metrics.spentSince(since, of);
    this.#spent.set(key, { at: clock.now(), nano });
    return nano;
  }

  /** Warns people once a month that most of a budget is used; again if the warning reached no person. */
  async #warn(budget: BudgetStatus): Promise<void> {
    const { store, clock, logger, warn } = this.#options;
    const { scope, subject, spentNano, monthlyNano } = budget;
    if (spentNano < monthlyNano * WARN_AT) return;
    const key = `budget-warning:${scope}:${subject}:${monthlyNano}:${monthOf(clock.now())}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    if ((await store.kv.get(key)) !== null) return;
    const text = describeWarning(budget);
    logger.warn({ scope, subject, spentNano, monthlyNano }, "most of a budget is used");
    const isDelivered = await warn({ budget, text }).catch(() => false);
    if (isDelivered) await store.kv.set(key, true);
    else this.#warned.delete(key);
  }
}

function concerns({ scope, subject }: Omit<BudgetStatus, "spentNano">, spender: Spender): boolean {
  if (scope === "all") return true;
  return subject === (scope === "workflow" ? spender.workflowId : spender.person);
}

const SCOPES: readonly BudgetRecord["scope"][] = ["all", "workflow", "person"];

function byScope(
  a: Pick<BudgetStatus, "scope" | "subject">,
  b: Pick<BudgetStatus, "scope" | "subject">,
): number {
  return SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope) || (a.subject < b.subject ? -1 : 1);
}

/** When the month of a moment began, UTC. */
function monthOf(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

function describeWarning(budget: BudgetStatus): string {
  const { spentNano, monthlyNano } = budget;
  const share = Math.floor((spentNano / monthlyNano) * 100);
  return `${share} % of this month's budget of ${describeSubject(budget)} is used: ${formatDollars(spentNano)} of ${formatDollars(monthlyNano)}. When all of it is used, runs wait before their AI steps.`;
}

function exhausted(budget: BudgetStatus): AppError {
  const { spentNano, monthlyNano } = budget;
  return new AppError({
    code: "budget_exhausted",
    message: `This month's budget of ${describeSubject(budget)} is used up: ${formatDollars(spentNano)} of ${formatDollars(monthlyNano)}. The model was not asked. An admin can raise the budget; otherwise models are asked again next month.`,
    retryable: true,
    retryAfterMs: BUDGET_PAUSE_MS,
  });
}

/** How often a run that waits for a monthly budget looks whether there is money again. */
const BUDGET_PAUSE_MS = 15 * 60_000;
