import { z } from "zod";
import { toDiagram } from "../../../diagrams/diagram.ts";
import { pathOf } from "../../../diagrams/overlay.ts";
import { isDrawable, toSvg } from "../../../diagrams/svg.ts";
import type { Engine } from "../../../engine/api/engine.ts";
import type { AuditView } from "../../../engine/api/evaluation.ts";
import type { ExecutionSummary, ExecutionView } from "../../../engine/api/executions.ts";
import type { Definition } from "../../../engine/definition/schema.ts";
import { AppError, isAppError } from "../../../shared/errors.ts";
import { isJsonObject, type JsonObject } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { parseJsonBody } from "../../../shared/parse-json.ts";
import { ById, NoQuery } from "../../endpoints/parts.ts";
import type { Route } from "../../http/route.ts";
import { Html } from "../../pages/html.ts";
import type { PageContent } from "../layout.ts";
import { type ConsoleParts, formAt, type PageRequest, pageAt } from "../page-route.ts";
import { readNames } from "../people.ts";
import { runPage } from "./page.ts";

const RetryFields = z.object({
  from: z.string().max(1000).default(""),
  variables: z.string().max(100_000).default(""),
  key: z.string().min(1).max(100),
  acceptsDoubt: z.literal("yes").optional(),
  again: z
    .union([z.string(), z.array(z.string())])
    .transform((ids) => [ids].flat())
    .optional(),
});

const DecideFields = z.object({
  request: z.string().min(1).max(1000),
  round: z.coerce.number().int(),
  hash: z.string().max(100),
  choice: z.string().min(1).max(200),
  comment: z.string().trim().max(3000).optional(),
});

/** One run: everything about it, and what can be done with it. */
export function runRoutes(parts: ConsoleParts): readonly Route[] {
  const { engine } = parts;
  return [
    pageAt(
      parts,
      { id: "runPage", path: "/runs/:id", params: ById, query: NoQuery },
      async ({ params: { id } }, asked) => {
        const executionId = await engine.executions.resolveId(id);
        if (executionId !== id) return { to: `/runs/${encodeURIComponent(executionId)}` };
        return showRun(engine, id, asked);
      },
    ),
    formAt(
      parts,
      { id: "cancelRun", path: "/runs/:id/cancel", params: ById, fields: z.object({}) },
      async ({ params: { id } }, asked) =>
        doOrSay(engine, id, asked, async (by) => {
          await engine.executions.cancel(id, by);
          return id;
        }),
    ),
    formAt(
      parts,
      { id: "retryRun", path: "/runs/:id/retry", params: ById, fields: RetryFields },
      async ({ params: { id }, fields }, asked) =>
        doOrSay(engine, id, asked, async (by) => {
          const { executionId } = await engine.executions.retry({
            ...{ executionId: id, by, variableForm: "json", idempotencyKey: fields.key },
            acceptsDoubt: fields.acceptsDoubt !== undefined,
            ...(fields.from !== "" && { fromStep: fields.from }),
            ...omitUndefined({ variables: readVariables(fields.variables), again: fields.again }),
          });
          return executionId;
        }),
    ),
    formAt(
      parts,
      { id: "decideRun", path: "/runs/:id/decide", params: ById, fields: DecideFields },
      async ({ params: { id }, fields }, asked) =>
        doOrSay(engine, id, asked, async (by) => {
          if (!mayDecide(asked)) throw notHere();
          const { request: requestId, comment, ...vote } = fields;
          const answer = await engine.approvals.vote({
            ...{ ...vote, executionId: id, requestId, by },
            ...(comment !== undefined && comment !== "" && { comment }),
          });
          if (!answer.recorded) throw refused(answer.message);
          const outcome = await answer.settled;
          if (outcome.kind === "refused") throw refused(outcome.message);
          return id;
        }),
    ),
  ];
}

/** A person decides, and shows who they are by Slack; a token may be in the hands of a program. */
export function mayDecide({ request }: Pick<PageRequest, "request">): boolean {
  return request.session?.via === "slack";
}

function notHere(): AppError {
  const message = "Decisions are made in Slack, or here by who signed in with Slack.";
  return new AppError({ code: "not_allowed", message });
}

function refused(message: string): AppError {
  return new AppError({ code: "input_invalid", message });
}

/** Does something to a run and shows it anew; what is refused is said on its page. @param act - returns the run to be shown. */
async function doOrSay(
  engine: Engine,
  executionId: string,
  asked: PageRequest,
  act: (by: string) => Promise<string>,
) {
  try {
    return { to: `/runs/${encodeURIComponent(await act(asked.viewer.by))}` };
  } catch (error) {
    if (!(error instanceof AppError) || isAppError(error, "execution_not_found")) throw error;
    return showRun(engine, executionId, asked, error);
  }
}

/** @throws {AppError} `input_invalid` for what is no object. */
function readVariables(text: string): JsonObject | undefined {
  if (text.trim() === "") return undefined;
  const variables = parseJsonBody(Buffer.from(text));
  if (isJsonObject(variables)) return variables;
  throw refused('The values must be a JSON object, such as {"amount": 640}.');
}

async function showRun(
  engine: Engine,
  executionId: string,
  asked: PageRequest,
  refusal?: AppError,
): Promise<PageContent> {
  const { viewer, formToken } = asked;
  const view = await engine.executions.get(executionId, viewer.by);
  const [audit, definition, children, mine] = await Promise.all([
    readCalls(engine, executionId, viewer.by),
    readDefinition(engine, view),
    readChildren(engine, view, viewer.by),
    readOwn(engine, view, asked),
  ]);
  const names = await readNames(engine, peopleOf(view));
  return runPage({
    ...{ view, audit, children, mine, names, formToken, now: Date.now() },
    inputs: new Set(Object.keys(definition?.inputs ?? {})),
    written: variablesOf(definition?.steps ?? []),
    mayChange: viewer.may("run"),
    isAdmin: viewer.isAdmin,
    ...omitUndefined({ refusal, diagram: drawPath(definition, view) }),
  });
}

/** `undefined`: the version is not there any more, or has too many steps for a picture. */
function drawPath(definition: Definition | null, view: ExecutionView): Html | undefined {
  if (definition === null) return undefined;
  const diagram = toDiagram(definition);
  return isDrawable(diagram) ? new Html(toSvg(diagram, { overlay: pathOf(view) })) : undefined;
}

/** `null`: they could not be read; the rest of the page is shown. */
async function readCalls(engine: Engine, id: string, by: string): Promise<AuditView | null> {
  try {
    return await engine.evaluations.audit(id, undefined, by);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

async function readDefinition(
  { workflows }: Engine,
  { workflowId, workflowVersion }: ExecutionView,
): Promise<Definition | null> {
  try {
    return (await workflows.get(workflowId, workflowVersion)).definition;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** Runs for which this one waits, as far as the viewer may see them. */
async function readChildren(
  { executions }: Engine,
  { waitingOn, steps }: ExecutionView,
  by: string,
): Promise<readonly ExecutionSummary[]> {
  const finished = steps.flatMap(({ type, output }) =>
    type === "workflow" && isJsonObject(output) && typeof output["executionId"] === "string"
      ? [output["executionId"]]
      : [],
  );
  const ids = new Set([...waitingOn.flatMap(({ executionId }) => executionId ?? []), ...finished]);
  const found = [...ids].slice(0, 20).map(async (id) => {
    try {
      const { waitingOn: waits, trigger, ...child } = await executions.get(id, by);
      const { userId: startedBy = null } = trigger;
      return [{ ...child, startedBy, waitingOn: waits.map((wait) => wait.for) }];
    } catch (error) {
      if (error instanceof AppError) return [];
      throw error;
    }
  });
  return (await Promise.all(found)).flat();
}

/** Ids of the open requests of a run that the viewer can decide on this page. */
async function readOwn(
  { approvals }: Engine,
  { requests, executionId }: ExecutionView,
  asked: PageRequest,
): Promise<ReadonlySet<string>> {
  if (!mayDecide(asked) || requests.every(({ outcome }) => outcome !== null)) return new Set();
  const own = await approvals.listFor(asked.viewer.by);
  return new Set(
    own.filter((one) => one.executionId === executionId).map(({ request }) => request.opened.id),
  );
}

function peopleOf(view: ExecutionView): readonly (string | null | undefined)[] {
  return [
    view.trigger.userId,
    view.cancelledBy,
    ...view.requests.flatMap(({ opened, votes }) => [
      ...opened.approvers,
      ...votes.map(({ by }) => by),
    ]),
    ...view.retries.map(({ by }) => by),
    ...view.migrations.map(({ by }) => by),
    ...view.waitingOn.map(({ by }) => by),
  ];
}

/** The variable that each step writes, by the step's id. */
function variablesOf(steps: Definition["steps"]): ReadonlyMap<string, string> {
  const named = steps.flatMap((step) =>
    "outputVariable" in step && typeof step.outputVariable === "string"
      ? [[step.id, step.outputVariable] as const]
      : [],
  );
  return new Map(named);
}
