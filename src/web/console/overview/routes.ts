import type { CostLine } from "../../../engine/api/costs.ts";
import type { Engine } from "../../../engine/api/engine.ts";
import { isUserId } from "../../../shared/slack-ids.ts";
import { NoParams, NoQuery } from "../../endpoints/parts.ts";
import type { Route } from "../../http/route.ts";
import { type ConsoleParts, type PageRequest, pageAt } from "../page-route.ts";
import { mayDecide } from "../run/routes.ts";
import { type OverviewView, overviewPage } from "./page.ts";

const SHOWN = 6;
const MEASURED = 200;
const DAYS = 30;
const REQUESTS = 50;
const DAY_MS = 86_400_000;
const NOTHING: CostLine["totals"] = {
  ...{ started: 0, completed: 0, failed: 0, cancelled: 0, durationMs: 0 },
  ...{ costNano: 0, costUnknown: 0, calls: 0, promptTokens: 0, completionTokens: 0 },
};

/** The page at `/`. */
export function overviewRoutes(parts: ConsoleParts): readonly Route[] {
  return [
    pageAt(
      parts,
      { id: "overviewPage", path: "/", params: NoParams, query: NoQuery },
      async (_input, asked) => overviewPage(await readOverview(parts.engine, asked)),
    ),
  ];
}

/** Members see what they started; admins and the operator all. */
async function readOverview(engine: Engine, asked: PageRequest): Promise<OverviewView> {
  const { executions, costs, approvals, health } = engine;
  const { by, isAdmin } = asked.viewer;
  const own = isAdmin ? {} : { startedBy: by };
  const list = async (query: Parameters<typeof executions.list>[0]) =>
    (await executions.list({ ...query, ...own, isBounded: true }, by)).executions;
  const [waiting, failed, underWay, completed, breakdown, budgets, queue] = await Promise.all([
    isUserId(by) ? approvals.listFor(by) : approvals.listOpen(REQUESTS),
    list({ status: "failed", limit: SHOWN }),
    list({ isUnderWay: true, limit: SHOWN }),
    list({ status: "completed", limit: MEASURED }),
    costs.breakdown({ by: "day", days: DAYS, ...(isAdmin ? {} : { person: by }) }, by),
    isAdmin ? costs.listBudgets(by) : costs.listBudgetsOf(by),
    isAdmin ? health.queueStats() : null,
  ]);
  return {
    of: isAdmin ? "all" : "own",
    ...{ waiting, failed, underWay, completed, budgets, queue },
    days: everyDay(breakdown.lines, Date.now()),
    mayDecide: mayDecide(asked),
    outages: isAdmin ? health.outages() : [],
    formToken: asked.formToken,
    now: Date.now(),
  };
}

/** Thirty days in their order, the last one today, UTC; on some nothing happened. */
function everyDay(lines: readonly CostLine[], now: number): readonly CostLine[] {
  const known = new Map(lines.map((line) => [line.name, line]));
  return Array.from({ length: DAYS }, (_, index) => {
    const name = new Date(now - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return known.get(name) ?? { name, totals: NOTHING };
  });
}
