import type { BudgetStatus } from "../../engine/api/costs.ts";
import type { Engine } from "../../engine/api/engine.ts";
import { formatDollars } from "../../shared/money.ts";
import { costEndpoints } from "../endpoints/costs.ts";
import { type Route, route } from "../http/route.ts";

/** Monthly budgets. */
export function budgetRoutes(engine: Engine): readonly Route[] {
  const list = async (by: string) => ({
    budgets: (await engine.costs.listBudgets(by)).map(toResponse),
  });
  return [
    route(costEndpoints.listBudgets)(async (_input, { by }) => ({ body: await list(by) })),
    route(costEndpoints.setBudget)(async ({ body: { scope, subject, monthlyUsd } }, { by }) => {
      if (scope === "workflow") await engine.workflows.get(subject);
      await engine.costs.setBudget(scope, subject, monthlyUsd, by);
      return { body: await list(by) };
    }),
  ];
}

function toResponse({ scope, subject, monthlyNano, spentNano, setBy }: BudgetStatus) {
  return {
    scope,
    ...(subject !== "" && { subject }),
    monthly: formatDollars(monthlyNano),
    spent: formatDollars(spentNano),
    usedPercent: monthlyNano === 0 ? 100 : Math.floor((spentNano / monthlyNano) * 100),
    setBy,
  };
}
