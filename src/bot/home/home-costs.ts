import type { KnownBlock } from "@slack/types";
import type { CostLine, CostOverview } from "../../engine/api/costs.ts";
import type { Totals } from "../../engine/model/totals.ts";
import { escapeText, mentionPerson, showCost } from "../../slack/text.ts";
import { contextBlock, fields, section, sections } from "../views/blocks/build.ts";
import { countRuns, describeUnknown, isCost, listSpent, showSpent } from "../views/costs.ts";

/** What all runs cost, over three spans that end now. */
export interface HomeCosts {
  readonly day: CostOverview;
  readonly week: CostOverview;
  readonly month: CostOverview;
  /** The last 30 days by model. */
  readonly models: readonly CostLine[];
  /** The last 30 days by who started the runs. */
  readonly people: readonly CostLine[];
}

const WORKFLOWS_SHOWN = 10;
const NAMES_SHOWN = 5;

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
  const { generation } = month;
  if (isCost(generation))
    lines.push(`• _Drafts of workflows_: ${showSpent(generation)} in 30 days`);
  const unknown = describeUnknown(month.total);
  if (unknown !== null) lines.push(unknown);
  return [...spans, ...sections(lines), ...breakdown(costs)];
}

function describeSpan(totals: Totals): string {
  return `${showSpent(totals)} · ${countRuns(totals)}`;
}

function spentIn(overview: CostOverview, workflowId: string): string {
  const found = overview.workflows.find((workflow) => workflow.workflowId === workflowId);
  return found === undefined ? showCost(0) : showSpent(found.totals);
}

/** Who and what the money of 30 days went to, in a line each. */
function breakdown({ models, people }: HomeCosts): KnownBlock[] {
  const byModel = listSpent(models, NAMES_SHOWN, escapeText);
  const byPerson = listSpent(people, NAMES_SHOWN, (id) =>
    id === "" ? "started by no person" : mentionPerson(id),
  );
  const lines = [
    ...(byModel === "" ? [] : [`By model, 30 days: ${byModel}`]),
    ...(byPerson === "" ? [] : [`By person, 30 days: ${byPerson}`]),
  ];
  return lines.map((line) => contextBlock(line));
}
