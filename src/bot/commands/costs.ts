import type { CostBreakdown, CostDimension, CostLine, CostQuery } from "../../engine/api/costs.ts";
import type { Engine } from "../../engine/api/engine.ts";
import { GENERATION } from "../../engine/model/execution-id.ts";
import { counted } from "../../shared/counted.ts";
import { escapeText, mentionPerson } from "../../slack/text.ts";
import { type CardMessage, message, sections } from "../views/blocks/build.ts";
import { countRuns, describeUnknown, isCost, showSpent } from "../views/costs.ts";
import { assertNoMore, readWorkflow } from "./named.ts";
import { type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { invalid, showTyped } from "./tokens.ts";

const DEFAULT_DAYS = 30;
const MAX_DAYS = 3660;
const LINES_SHOWN = 10;

type Naming = (name: string) => string;

export const costsCommand: Subcommand = {
  name: "costs",
  usage: "[id|me] [days=30]",
  summary: "what runs cost: all, of one workflow, or your own",
  roles: EVERY_ROLE,
  valueNames: ["days"],
  run: async ({ words, values, caller: { userId } }, context) => {
    const { engine, command } = context;
    const days = readDays(values, command);
    if (words.length === 0) return showAll(engine, userId, days);
    if (words.length === 1 && words[0]?.toLowerCase() === "me")
      return showOwn(engine, userId, days);
    const { id, rest } = await readWorkflow(words, context, costsCommand);
    assertNoMore(rest, context, costsCommand);
    return showWorkflow(engine, userId, id, days);
  },
};

function readDays(values: CommandRequest["values"], command: string): number {
  const given = values.get("days") ?? String(DEFAULT_DAYS);
  const days = Number(/^(\d{1,4}) ?d?(?:ays?)?$/i.exec(given)?.[1]);
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw invalid(
    `“${showTyped(given, 40)}” is not a number of days from 1 to ${MAX_DAYS}. It is written like this: \`${command} costs days=7\`.`,
  );
}

async function showAll(engine: Engine, reader: string, days: number): Promise<CardMessage> {
  const names = await workflowNames(engine);
  const { total, parts } = await read(engine, reader, { days }, [
    ["workflow", "Workflows", names],
    ["model", "Models", escapeText],
    ["person", "People", showStarter],
    ["prompt", "Prompts", code],
  ]);
  return show(`*Costs of all workflows*, last ${count(days)}`, total, parts);
}

async function showOwn(engine: Engine, person: string, days: number): Promise<CardMessage> {
  const names = await workflowNames(engine);
  const { total, parts } = await read(engine, person, { days, person }, [
    ["workflow", "Workflows", names],
    ["model", "Models", escapeText],
  ]);
  return show(`*Costs of the runs that you started*, last ${count(days)}`, total, parts);
}

async function showWorkflow(
  engine: Engine,
  reader: string,
  id: string,
  days: number,
): Promise<CardMessage> {
  const { definition } = await engine.workflows.get(id);
  const { total, parts } = await read(engine, reader, { days, workflowId: id }, [
    ["step", "Steps", code],
    ["version", "Versions", (version) => `version ${version}`],
    ["model", "Models", escapeText],
    ["person", "People", showStarter],
    ["prompt", "Prompts", code],
  ]);
  const name = `*${escapeText(definition.name)}* (\`${escapeText(id)}\`)`;
  return show(`${name}, last ${count(days)}`, total, parts);
}

/** One breakdown for each dimension. The first is that of the total. */
async function read(
  engine: Engine,
  reader: string,
  query: Omit<CostQuery, "by">,
  dimensions: readonly (readonly [CostDimension, string, Naming])[],
): Promise<{ readonly total: CostBreakdown["total"]; readonly parts: readonly string[] }> {
  const whole =
    query.person === undefined
      ? await engine.costs.breakdown({ ...query, by: "workflow" }, reader)
      : null;
  const breakdowns = await Promise.all(
    dimensions.map(async ([by, title, naming]) => ({
      title,
      naming,
      breakdown: await engine.costs.breakdown({ ...query, by }, reader),
    })),
  );
  const total = whole?.total ?? breakdowns[0]?.breakdown.total;
  if (total === undefined) throw new Error("Costs are broken down by at least one dimension.");
  const parts = breakdowns.flatMap(({ title, naming, breakdown }) =>
    listLines(title, breakdown.lines, naming),
  );
  return { total, parts };
}

function show(title: string, total: CostBreakdown["total"], parts: readonly string[]): CardMessage {
  const unknown = describeUnknown(total);
  const lines = [
    title,
    `Total: *${showSpent(total)}* · ${countRuns(total)} · ${counted(total.calls, "call of a model", "calls of models")} · ${counted(total.promptTokens + total.completionTokens, "token")}`,
    ...(parts.length > 0 ? parts : ["Nothing cost anything in this time."]),
    ...(unknown === null ? [] : [unknown]),
  ];
  return message(lines.join("\n"), sections(lines));
}

function listLines(title: string, lines: readonly CostLine[], naming: Naming): string[] {
  const paid = lines.filter(({ totals }) => isCost(totals));
  if (paid.length === 0) return [];
  const shown = paid.slice(0, LINES_SHOWN).map(({ name, totals }) => {
    const calls = totals.calls > 0 ? ` · ${counted(totals.calls, "call")}` : "";
    return `• ${naming(name)}: ${showSpent(totals)}${calls}`;
  });
  if (paid.length > LINES_SHOWN) shown.push(`_and ${paid.length - LINES_SHOWN} more_`);
  return [`*${title}*`, ...shown];
}

async function workflowNames(engine: Engine): Promise<Naming> {
  const names = new Map(
    (await engine.workflows.list({ archived: true })).map(({ id, name }) => [id, name]),
  );
  return (id) => (id === GENERATION ? "_drafts of workflows_" : escapeText(names.get(id) ?? id));
}

function showStarter(id: string): string {
  return id === "" ? "started by no person" : mentionPerson(id);
}

function code(name: string): string {
  return `\`${escapeText(name)}\``;
}

function count(days: number): string {
  return days === 1 ? "24 hours" : `${days} days`;
}
