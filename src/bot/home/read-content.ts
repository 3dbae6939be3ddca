import type { Logger } from "pino";
import type { Caller } from "../../engine/api/access.ts";
import type { OpenRequest, PendingRequests } from "../../engine/api/approvals.ts";
import type { Engine } from "../../engine/api/engine.ts";
import type { ExecutionSummary } from "../../engine/api/executions.ts";
import type { WorkflowSummary } from "../../engine/api/workflows.ts";
import { isFinished } from "../../engine/model/state.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { asAppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import type { GroupFinder } from "../../slack/groups.ts";
import { escapeText, showSentence } from "../../slack/text.ts";
import type { RefusalSummary } from "../reconciler/refusal-log.ts";
import { createCardContext, showInputs } from "../views/card-context.ts";
import { titleOf } from "../views/decision-words.ts";
import { headlineOf, messageOf } from "../views/request-text.ts";
import { describeStarter } from "../views/run-card.ts";
import { describeResult, describeStanding } from "../views/run-standing.ts";
import { isSimple } from "../views/several-dialog.ts";
import { viewAsOf } from "../views/view-as-of.ts";
import { DECISIONS_SHOWN } from "./decisions-part.ts";
import type {
  HomeAdmin,
  HomeContent,
  HomeCosts,
  HomeDecision,
  HomeDecisions,
  HomeDraft,
  HomePicture,
  HomeRun,
  HomeRuns,
  HomeWorkflows,
} from "./home-content.ts";
import { RUNS_SHOWN } from "./runs-part.ts";
import { WORKFLOWS_SHOWN } from "./workflows-part.ts";

export interface HomeReaderOptions {
  readonly engine: Engine;
  readonly groups: Pick<GroupFinder, "lastKnownIds">;
  readonly clock: Clock;
  readonly command: string;
  readonly logger: Logger;
  /** What Slack refused lately. */
  readonly refusals: () => readonly RefusalSummary[];
}

/** Everything but the decisions, which may take longer to read, and what the publisher adds. */
export type HomeRest = Omit<HomeContent, "notice" | "decisions">;

const GROUPS_NAMED = 3;
/** Runs of a person that say which workflows they use. */
const RECENT_RUNS = 20;

/** What is shown until it is known what waits. */
export const STILL_READING: HomeDecisions = {
  shown: [],
  from: 0,
  total: 0,
  simple: 0,
  gaps: [],
  isPending: true,
};

/** What waits for a person, one page of it. Never rejects: what cannot be read becomes a sentence. */
export async function readDecisions(
  userId: string,
  from: number,
  options: HomeReaderOptions,
): Promise<HomeDecisions> {
  try {
    const { requests, unread, isCut } = await options.engine.approvals.pendingFor(userId);
    // What was on this page may be decided by now.
    const last = Math.floor(Math.max(requests.length - 1, 0) / DECISIONS_SHOWN) * DECISIONS_SHOWN;
    const start = Math.min(from, last);
    const page = requests.slice(start, start + DECISIONS_SHOWN);
    return {
      shown: await Promise.all(page.map((open) => readDecision(open, userId, options))),
      ...{ from: start, total: requests.length, simple: requests.filter(isSimple).length },
      gaps: [...(unread.length === 0 ? [] : [describeUnread(unread)]), ...(isCut ? [CUT] : [])],
      isPending: false,
    };
  } catch (error) {
    const why = showSentence(asAppError(error).message);
    const gaps = [`What waits for you cannot be shown. ${why}`];
    return { ...STILL_READING, gaps, isPending: false };
  }
}

const CUT =
  "More requests are open in this workspace than are looked through here; the oldest may be missing. Their cards stand in their channels.";

function describeUnread(unread: PendingRequests["unread"]): string {
  const named = unread.slice(0, GROUPS_NAMED).map(({ group }) => group);
  const more = unread.length - named.length;
  const groups = `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return `Requests to ${groups} may be missing here: their members could not be read. ${showSentence(unread[0]?.why ?? "")}`;
}

/** A request with the facts of its run; the request alone if the run cannot be read. */
async function readDecision(
  open: OpenRequest,
  userId: string,
  { engine, groups, logger }: HomeReaderOptions,
): Promise<HomeDecision> {
  const { executionId, workflowId, request } = open;
  try {
    const view = await engine.executions.get(executionId, userId);
    const { definition } = await engine.workflows.get(workflowId, view.workflowVersion);
    const cards = createCardContext(definition, await groups.lastKnownIds(), true);
    const asked = viewAsOf(view, request.opened.openedAt);
    return {
      open,
      title: headlineOf(asked, request, cards),
      message: messageOf(asked, request, cards),
      workflow: escapeText(view.workflowName),
      starter: describeStarter(view),
      facts: showInputs(asked, cards),
    };
  } catch (error) {
    logger.warn({ err: error, executionId }, "the run of a request could not be read for Home");
    const message = escapeText(request.opened.message.trim());
    const workflow = escapeText(workflowId);
    return { open, title: titleOf(request), message, workflow, starter: null, facts: [] };
  }
}

/** Everything else. A part that cannot be read is left out, so that the others are shown. */
export async function readRest(
  { userId, role }: Caller,
  picture: HomePicture | null,
  options: HomeReaderOptions,
): Promise<HomeRest> {
  const { engine, clock, command, logger } = options;
  const orNone = async <Answer>(read: Promise<Answer>): Promise<Answer | null> => {
    try {
      return await read;
    } catch (error) {
      logger.warn({ err: error, user: userId }, "a part of App Home could not be read");
      return null;
    }
  };
  const isAdmin = role === "admin";
  const [since, own, runnable, costs, all, drafts] = await Promise.all([
    orNone(engine.approvals.receiptsSince(userId)),
    orNone(readRuns(userId, options)),
    orNone(engine.workflows.runnableBy(userId)),
    orNone(readCosts(userId, isAdmin, engine)),
    orNone(engine.workflows.list({ archived: true })),
    isAdmin ? orNone(engine.drafts.listOpen()) : [],
  ]);
  const names = new Map(all?.map(({ id, name }) => [id, name]));
  return {
    hasReceipts: since !== null,
    runs: own?.runs ?? null,
    workflows: runnable && { all: runnable, first: firstOf(runnable, own?.recent ?? []) },
    costs: costs && { ...costs, names, picture, isPlain: false },
    admin: isAdmin ? readAdmin(all, drafts, options) : null,
    command,
    now: clock.now(),
  };
}

async function readCosts(
  userId: string,
  isAdmin: boolean,
  { costs }: Engine,
): Promise<Pick<HomeCosts, "summary" | "budgets">> {
  const [summary, budgets] = await Promise.all([
    costs.summary(userId),
    isAdmin ? costs.listBudgets(userId) : costs.listBudgetsOf(userId),
  ]);
  return { summary, budgets };
}

/** The runs of a person: those that are not over, and those that ended last. */
async function readRuns(
  userId: string,
  options: HomeReaderOptions,
): Promise<{ readonly runs: HomeRuns; readonly recent: readonly ExecutionSummary[] }> {
  const { executions } = options.engine;
  const query = { startedBy: userId, isUnderWay: true as const, limit: RUNS_SHOWN + 1 };
  const [{ executions: open }, over] = await Promise.all([
    executions.list(query, userId),
    executions.listEnded(userId, RECENT_RUNS),
  ]);
  const read = (runs: readonly ExecutionSummary[]) =>
    Promise.all(runs.slice(0, RUNS_SHOWN).map((run) => readRun(run, userId, options)));
  const [underWay, ended] = await Promise.all([read(open), read(over)]);
  const hasMore = open.length > RUNS_SHOWN || over.length > RUNS_SHOWN;
  return { runs: { underWay, ended, hasMore }, recent: [...open, ...over] };
}

async function readRun(
  run: ExecutionSummary,
  userId: string,
  { engine, groups, logger }: HomeReaderOptions,
): Promise<HomeRun> {
  try {
    const view = await engine.executions.get(run.executionId, userId);
    const { definition } = await engine.workflows.get(view.workflowId, view.workflowVersion);
    const cards = createCardContext(definition, await groups.lastKnownIds(), true);
    const isOver = isFinished(view.status);
    return { run, lines: isOver ? describeResult(view) : describeStanding(view, cards) };
  } catch (error) {
    logger.warn({ err: error, run: run.executionId }, "a run could not be read for Home");
    return { run, lines: [] };
  }
}

/** What the person ran last, then others. */
function firstOf(
  runnable: readonly WorkflowSummary[],
  recent: readonly ExecutionSummary[],
): HomeWorkflows["first"] {
  const byId = new Map(runnable.map((workflow) => [workflow.id, workflow]));
  const ran = recent.flatMap(({ workflowId }) => byId.get(workflowId) ?? []);
  return [...new Set([...ran, ...runnable])].slice(0, WORKFLOWS_SHOWN);
}

/** @param workflows - `null`, as `drafts`: they could not be read. */
function readAdmin(
  workflows: readonly WorkflowSummary[] | null,
  drafts: readonly DraftRecord[] | null,
  { engine, refusals }: HomeReaderOptions,
): HomeAdmin {
  const everything = engine.workflows.pauseOf(null);
  return {
    everything,
    paused: (workflows ?? []).flatMap((workflow) => {
      if (workflow.archived) return [];
      const pause = everything === null ? engine.workflows.pauseOf(workflow.id) : null;
      return pause === null ? [] : [{ workflow, pause }];
    }),
    switchedOff: (workflows ?? []).flatMap((workflow) =>
      workflow.archived
        ? []
        : [...engine.workflows.pausedTriggers(workflow.id)].map(([trigger, pause]) => ({
            ...{ workflow, trigger, pause },
          })),
    ),
    outages: engine.health.outages(),
    refusals: refusals(),
    drafts: (drafts ?? []).map(toHomeDraft),
    isIncomplete: workflows === null || drafts === null,
  };
}

function toHomeDraft({ id, round, ownerId, source, updatedAt, base }: DraftRecord): HomeDraft {
  const name = readOwn(source, "name");
  return {
    ...{ id, round, ownerId, at: updatedAt },
    name: typeof name === "string" && name !== "" ? name : id,
    changes: base?.workflowId ?? null,
  };
}
