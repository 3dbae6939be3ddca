import { z } from "zod";
import { COST_DIMENSIONS, type CostDimension, type CostQuery } from "../../../engine/api/costs.ts";
import type { Engine } from "../../../engine/api/engine.ts";
import { toDollars } from "../../../shared/money.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { noBody } from "../../endpoints/parts.ts";
import { endpoint } from "../../http/endpoint.ts";
import { type Route, route } from "../../http/route.ts";
import { type ConsoleParts, pageAt } from "../page-route.ts";
import { type Viewer, viewerOf } from "../viewer.ts";
import { toCsv } from "./csv.ts";
import { type CostsAsked, costsPage, nameOf, SPANS } from "./page.ts";

const Asked = z.object({
  by: z.enum(COST_DIMENSIONS).catch("workflow"),
  days: z.coerce
    .number()
    .refine((days) => SPANS.some((span) => span === days))
    .catch(30),
  workflow: z.string().max(80).optional(),
});

const CSV = "text/csv";

/** What runs have cost. Who is no admin sees what their own runs have. */
export function costRoutes(parts: ConsoleParts): readonly Route[] {
  const { engine } = parts;
  return [
    pageAt(
      parts,
      { id: "costsPage", path: "/costs", params: z.object({}), query: Asked },
      async ({ query }, { viewer }) => {
        const asked = permitted(toAsked(query), viewer);
        return costsPage({
          asked,
          dimensions: dimensionsFor(viewer),
          breakdown: await engine.costs.breakdown(toQuery(asked, viewer), viewer.by),
          days: await engine.costs.breakdown(toQuery({ ...asked, by: "day" }, viewer), viewer.by),
          budgets: await readBudgets(engine, viewer),
          ofAll: viewer.isAdmin,
        });
      },
    ),
    route(
      endpoint({
        id: "costsCsv",
        method: "GET",
        path: "/costs/csv",
        summary: "What runs have cost, for spreadsheets.",
        access: "page",
        params: z.object({}),
        query: Asked,
        body: noBody,
        answers: {},
        media: [CSV],
        errors: ["workflow_not_found"],
      }),
    )(async ({ query }, request) => {
      const viewer = await viewerOf(engine, request);
      const asked = permitted(toAsked(query), viewer);
      const { lines } = await engine.costs.breakdown(toQuery(asked, viewer), viewer.by);
      const head = [
        asked.by,
        "cost_usd",
        "unknown_prices",
        "runs",
        "calls",
        "prompt_tokens",
        "completion_tokens",
      ];
      const rows = lines.map(({ name, totals }) => [
        nameOf(name, asked.by),
        ...[toDollars(totals.costNano), totals.costUnknown, totals.started, totals.calls],
        ...[totals.promptTokens, totals.completionTokens],
      ]);
      return {
        text: toCsv([head, ...rows]),
        contentType: `${CSV}; charset=utf-8`,
        headers: {
          "Content-Disposition": `attachment; filename="costs-by-${asked.by}-${asked.days}-days.csv"`,
        },
      };
    }),
  ];
}

function toAsked({ by, days, workflow }: z.output<typeof Asked>): CostsAsked {
  return { by, days, workflow: workflow === undefined || workflow === "" ? null : workflow };
}

/** Those by which the store sums what one person's runs have cost. */
const OWN: readonly CostDimension[] = ["workflow", "model", "day"];

function dimensionsFor({ isAdmin }: Viewer): readonly CostDimension[] {
  return isAdmin ? COST_DIMENSIONS : OWN;
}

function permitted(asked: CostsAsked, viewer: Viewer): CostsAsked {
  const isKnown = dimensionsFor(viewer).includes(asked.by);
  return isKnown ? asked : { ...asked, by: "workflow" };
}

function toQuery({ by, days, workflow }: CostsAsked, { isAdmin, by: person }: Viewer): CostQuery {
  return {
    ...{ by, days },
    ...omitUndefined({ workflowId: workflow ?? undefined, person: isAdmin ? undefined : person }),
  };
}

async function readBudgets({ costs }: Engine, { isAdmin, by }: Viewer) {
  return isAdmin ? costs.listBudgets(by) : costs.listBudgetsOf(by);
}
