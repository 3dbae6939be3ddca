import type { KnownBlock } from "@slack/types";
import { NANO_PER_DOLLAR } from "../../engine/execution/state.ts";
import type { CostOverview } from "../../engine/metrics.ts";
import type { Totals } from "../../engine/ports/store.ts";
import { fields, section, sections } from "../blocks/build.ts";
import { escapeText, showCost } from "../blocks/text.ts";

/** What all runs cost, over three spans that end now. */
export interface HomeCosts {
  readonly day: CostOverview;
  readonly week: CostOverview;
  readonly month: CostOverview;
}

const WORKFLOWS_SHOWN = 10;

/** Costs of the three spans, and of each workflow in them. @param nameOf - a workflow's name for people. */
export function costBlocks(costs: HomeCosts, nameOf: (workflowId: string) => string): KnownBlock[] {
  const { day, week, month } = costs;
  const spans = fields([
    ["Today (last 24 hours)", describeSpan(day.total)],
    ["Last 7 days", describeSpan(week.total)],
    ["Last 30 days", describeSpan(month.total)],
  ]);
  const used = month.workflows.filter(({ totals }) => totals.started > 0 || isCost(totals));
  if (used.length === 0) return [...spans, section("Nothing has run in the last 30 days.")];
  const lines = used.slice(0, WORKFLOWS_SHOWN).map(({ workflowId, totals }) => {
    const parts = [
      `${spentIn(day, workflowId)} today`,
      `${spentIn(week, workflowId)} in 7 days`,
      `${showSpent(totals)} in 30 days`,
      countRuns(totals),
    ];
    return `• *${escapeText(nameOf(workflowId))}*: ${parts.join(" · ")}`;
  });
  const more = used.length - WORKFLOWS_SHOWN;
  if (more > 0) lines.push(`_and ${more} more_`);
  const unknown = month.total.costUnknown;
  if (unknown > 0) {
    const calls = unknown === 1 ? "1 call has" : `${unknown} calls have`;
    lines.push(
      `:grey_question: ${calls} no known price. It is not in these sums, so they say “at least”.`,
    );
  }
  return [...spans, ...sections(lines)];
}

function describeSpan(totals: Totals): string {
  return `${showSpent(totals)} · ${countRuns(totals)}`;
}

function spentIn(overview: CostOverview, workflowId: string): string {
  const found = overview.workflows.find((workflow) => workflow.workflowId === workflowId);
  return found === undefined ? showCost(0) : showSpent(found.totals);
}

function showSpent({ costNano, costUnknown }: Totals): string {
  const known = showCost(costNano / NANO_PER_DOLLAR);
  return costUnknown > 0 ? `at least ${known}` : known;
}

function countRuns({ started }: Totals): string {
  return started === 1 ? "1 run" : `${started} runs`;
}

function isCost({ costNano, costUnknown }: Totals): boolean {
  return costNano > 0 || costUnknown > 0;
}
