import { z } from "zod";
import { ERROR_CODES } from "../../shared/errors.ts";
import { streamEndpoint } from "../http/endpoint.ts";
import { Execution, ExecutionSummary } from "./execution-view.ts";
import { runFilter } from "./executions.ts";
import { anyValue, ById, Dollars, Moment, NoParams, wholeNumber } from "./parts.ts";

const REVISION = "must be the `id` of the last event";
const Revision = wholeNumber(0, Number.MAX_SAFE_INTEGER, REVISION);

const LastEventId = z.object({
  "Last-Event-ID": z.string().optional().meta({ description: "As `after`; browsers send it." }),
});

/** One event of the log: further members depend on its type. */
const RunEvent = z
  .looseObject({
    type: z.string(),
    at: Moment.optional(),
    stepId: z.string().optional(),
    path: z.string().optional(),
    attempt: z.int().optional(),
    output: anyValue().optional(),
    outputOmitted: z.int().optional(),
    error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
    cost: Dollars.optional(),
  })
  .meta({ id: "RunEvent" });

const RunChange = z
  .object({
    executionId: z.string(),
    rev: z.int().meta({ description: "Revision of the log: the `id` of the event." }),
    at: Moment,
    events: z.array(RunEvent),
    masked: z.literal(true).optional(),
  })
  .meta({ id: "RunChange" });

const RunState = Execution.pick({
  executionId: true,
  workflowId: true,
  workflowVersion: true,
  rev: true,
  status: true,
  waitingOn: true,
  currentStep: true,
  running: true,
  startedAt: true,
  completedAt: true,
  totalCost: true,
  costUnknown: true,
  error: true,
  cancelledBy: true,
}).meta({ id: "RunState" });

const Refused = z.object({ error: z.string(), code: z.enum(ERROR_CODES) });

const HOW =
  "Server-sent events. Something is sent at least every 15 seconds; a connection that takes nothing for 30 seconds is cut. A caller may have 20 streams open at a time.";

/** What happens in executions, as it happens. */
export const streamEndpoints = {
  watchExecutions: streamEndpoint({
    id: "watchExecutions",
    path: "/api/executions/events",
    summary: "The executions that change, as they change.",
    description: `${HOW} After \`ready\` no change is missed: a list that is read then is complete. \`run\` is an execution that has changed, as a list shows it; of several changes that follow each other closely, the last. \`status\` is what they change to. A reader that is too slow is cut and begins anew.`,
    access: "token",
    params: NoParams,
    query: runFilter(),
    events: { ready: z.object({}), run: ExecutionSummary, end: Refused },
    errors: [],
  }),
  followExecution: streamEndpoint({
    id: "followExecution",
    path: "/api/executions/:id/events",
    summary: "What happens in one execution, from its log.",
    description: `${HOW} \`change\` is a commit of the log; its \`id\` is the revision, with which a client resumes: nothing is lost, and nothing comes twice. \`state\` follows when all that was there has been sent. \`end\` is the last one: the execution is over (\`state\` says how) and no retry of it was accepted, was removed, or may not be seen any more (\`error\`). Outputs of more than 100,000 characters are left out.`,
    access: "token",
    params: ById,
    query: z.object({ after: Revision.optional() }),
    headers: LastEventId,
    events: {
      change: RunChange,
      state: RunState,
      end: z.object({
        state: RunState.nullable().optional(),
        error: z.string().optional(),
        code: z.enum(ERROR_CODES).optional(),
      }),
    },
    errors: ["execution_not_found"],
  }),
};

/** `Last-Event-ID` as a revision. */
export const LastRevision = Revision;
