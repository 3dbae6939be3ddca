import { z } from "zod";
import type { BudgetStatus } from "../../engine/api/costs.ts";
import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { formatDollars } from "../../shared/money.ts";
import type { Route } from "../http/route.ts";
import { parseInput } from "../http/web-request.ts";

const NewBudget = z
  .strictObject({
    scope: z.enum(["all", "workflow", "person"]),
    /** Workflow id or Slack user id. */
    subject: z.string().default(""),
    /** Dollars a month; null removes the budget. */
    monthlyUsd: z.number().min(0).max(1_000_000).nullable(),
  })
  .refine(({ scope, subject }) => (scope === "all") === (subject === ""), {
    path: ["subject"],
    message: "must name the workflow or the person, and be absent for all",
  });

/** Monthly budgets. */
export function budgetRoutes(engine: Engine): readonly Route[] {
  const list = async () => ({
    budgets: (await engine.costs.listBudgets(OPERATOR)).map(toResponse),
  });
  return [
    { method: "GET", path: "/api/budgets", handle: async () => ({ body: await list() }) },
    {
      method: "POST",
      path: "/api/budgets",
      handle: async (request) => {
        const { scope, subject, monthlyUsd } = parseInput(
          NewBudget,
          await request.readJson(),
          "body",
        );
        if (scope === "workflow") await engine.workflows.get(subject);
        await engine.costs.setBudget(scope, subject, monthlyUsd, OPERATOR);
        return { body: await list() };
      },
    },
  ];
}

function toResponse({ scope, subject, monthlyNano, spentNano, setBy }: BudgetStatus): object {
  return {
    scope,
    ...(subject !== "" && { subject }),
    monthly: formatDollars(monthlyNano),
    spent: formatDollars(spentNano),
    usedPercent: monthlyNano === 0 ? 100 : Math.floor((spentNano / monthlyNano) * 100),
    setBy,
  };
}
