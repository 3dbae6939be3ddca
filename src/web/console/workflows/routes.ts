import { z } from "zod";
import type { Engine } from "../../../engine/api/engine.ts";
import type { WorkflowSummary } from "../../../engine/api/workflows.ts";
import { isAppError } from "../../../shared/errors.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { ById, GivenVersion } from "../../endpoints/parts.ts";
import { readWorkflowGraph } from "../../graphs.ts";
import type { Route } from "../../http/route.ts";
import { type ConsoleParts, formAt, pageAt } from "../page-route.ts";
import type { Viewer } from "../viewer.ts";
import { type ListedWorkflow, listPage } from "./list-page.ts";
import { type WorkflowView, workflowPage } from "./workflow-page.ts";

/** Runs that are counted on the ways of a diagram. */
const COUNTED_RUNS = 30;
const LIST_DAYS = 30;
const NEXT_STARTS = 5;

const ListQuery = z.object({
  q: z.string().max(200).default(""),
  archived: z.literal("true").optional().catch(undefined),
});
const OneQuery = z.object({
  version: GivenVersion.optional().catch(undefined),
  from: GivenVersion.optional().catch(undefined),
});
const Action = z.object({
  do: z.enum(["pause", "resume", "archive", "unarchive", "rollback"]),
});
const Switch = z.object({ trigger: z.string(), do: z.enum(["pause", "resume"]) });

/** The pages of workflows, and what they change. The engine decides who may do what. */
export function workflowPages(parts: ConsoleParts): readonly Route[] {
  const { engine } = parts;
  return [
    pageAt(
      parts,
      { id: "workflowsPage", path: "/workflows", params: z.object({}), query: ListQuery },
      async ({ query }, { viewer }) =>
        listPage({
          ...(await readList(engine, query, viewer)),
          search: query.q,
          withArchived: query.archived === "true",
          now: Date.now(),
        }),
    ),
    pageAt(
      parts,
      { id: "workflowPage", path: "/workflows/:id", params: ById, query: OneQuery },
      async ({ params: { id }, query }, { viewer, formToken }) =>
        workflowPage({ ...(await readOne(engine, { id, ...query }, viewer)), formToken }),
    ),
    formAt(
      parts,
      {
        ...{ id: "workflowForm", path: "/workflows/:id/do", params: ById, fields: Action },
        scope: "deploy",
      },
      async ({ params: { id }, fields }, { viewer }) => {
        await act(engine, id, fields.do, viewer.by);
        return { to: `/workflows/${encodeURIComponent(id)}` };
      },
    ),
    formAt(
      parts,
      {
        ...{ id: "triggerForm", path: "/workflows/:id/triggers", params: ById, fields: Switch },
        scope: "deploy",
      },
      async ({ params: { id }, fields: { trigger, do: what } }, { viewer }) => {
        const { workflows } = engine;
        if (what === "pause") await workflows.pauseTrigger(id, trigger, viewer.by);
        else await workflows.resumeTrigger(id, trigger, viewer.by);
        return { to: `/workflows/${encodeURIComponent(id)}#triggers` };
      },
    ),
  ];
}

async function act(
  { workflows }: Engine,
  id: string,
  what: z.output<typeof Action>["do"],
  by: string,
): Promise<void> {
  switch (what) {
    case "pause":
      return workflows.pause(id, by);
    case "resume":
      return void (await workflows.resume(id, by));
    case "archive":
      return void (await workflows.archive(id, by));
    case "unarchive":
      return void (await workflows.unarchive(id, by));
    case "rollback":
      return void (await workflows.rollBack(id, by));
  }
}

async function readList(
  engine: Engine,
  { q, archived }: z.output<typeof ListQuery>,
  viewer: Viewer,
): Promise<{ readonly workflows: readonly ListedWorkflow[] }> {
  const all = await engine.workflows.list({ archived: archived === "true" });
  const wanted = q.trim().toLocaleLowerCase();
  const found = all.filter((one) => isFound(one, wanted));
  const { lines } = await engine.costs.breakdown({ by: "workflow", days: LIST_DAYS }, viewer.by);
  const totals = new Map(lines.map((line) => [line.name, line.totals]));
  const workflows = await Promise.all(
    found.map(async (workflow): Promise<ListedWorkflow> => {
      const { executions } = await engine.executions.list(
        { workflowId: workflow.id, limit: 1, isBounded: true },
        viewer.by,
      );
      return {
        workflow,
        totals: totals.get(workflow.id) ?? null,
        last: executions[0] ?? null,
        isPaused: engine.workflows.pauseOf(workflow.id) !== null,
      };
    }),
  );
  return { workflows };
}

function isFound({ id, name, description }: WorkflowSummary, wanted: string): boolean {
  const text = `${id}\n${name}\n${description ?? ""}`.toLocaleLowerCase();
  return wanted === "" || text.includes(wanted);
}

async function readOne(
  engine: Engine,
  asked: { readonly id: string } & z.output<typeof OneQuery>,
  viewer: Viewer,
): Promise<Omit<WorkflowView, "formToken">> {
  const { id, version, from } = asked;
  const { workflows, triggers, costs } = engine;
  const deployed = await workflows.get(id, version);
  const graph = await readWorkflowGraph(
    engine,
    { id, runs: COUNTED_RUNS, ...omitUndefined({ version }) },
    viewer.by,
  );
  const versions = await workflows.versions(id);
  const before = from ?? versions.find((one) => one.version < deployed.version)?.version;
  const checked = workflows.validate(deployed.source);
  return {
    deployed,
    graph,
    versions,
    difference:
      before === undefined || before === deployed.version
        ? null
        : { from: before, ...(await workflows.diff(id, before, deployed.version)) },
    problems: [...checked.problems, ...checked.warnings],
    triggers: deployed.active ? await workflows.triggersOf(id) : [],
    nextStarts: deployed.active ? await triggers.upcoming(id, NEXT_STARTS) : [],
    estimate: await costs.estimate(id, deployed.version),
    metrics: await costs.metrics(id, viewer.by).catch((error: unknown) => {
      if (isAppError(error, "not_allowed")) return null;
      throw error;
    }),
    pause: workflows.pauseOf(id),
    mayDeploy: viewer.may("deploy"),
    now: Date.now(),
  };
}
