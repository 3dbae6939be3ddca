import { z } from "zod";
import { anyJsonObject } from "../../shared/any-json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { WorkflowId } from "../definition/schema.ts";
import {
  type AttemptContext,
  type AttemptResult,
  defineStepType,
  OutputVariable,
} from "../definition/step-type.ts";
import { resolveTemplates } from "../language/template.ts";

/** Milliseconds for looking the workflow up. */
const TIMEOUT_MS = 30_000;

const WorkflowConfig = z.strictObject({
  /** The workflow to start. */
  workflowId: WorkflowId,
  /** Absent: the version that is active then. */
  version: z.int().min(1).optional(),
  /** What the run begins with; values may be templates. */
  variables: anyJsonObject().default({}),
  /** Wait for the end; else the run is started and goes its own way. */
  wait: z.boolean().default(true),
  outputVariable: OutputVariable.optional(),
});

/** What entering the step fixes; attempts take it from the log. */
const EnteredParams = WorkflowConfig.omit({ outputVariable: true });

/**
 * Starts another workflow, once, whatever dies. A run that is waited for may spend what is left to this one, is cancelled with it,
 * and gives its output; one that is not gives its id.
 */
export const workflow = defineStepType({
  kind: "workflow",
  summary: "Starts another workflow and waits for its end, or lets it go its own way.",
  config: WorkflowConfig,
  hasAttempts: false,
  bind: ({ workflowId, version, variables, wait }) => ({
    enter: ({ scope }) => ({
      kind: "run",
      params: {
        workflowId,
        ...omitUndefined({ version }),
        variables: resolveTemplates(variables, scope),
        wait,
      },
    }),
    run: async (entered, context) => prepare(EnteredParams.parse(entered), context),
    effect: {
      describe: (params) =>
        `Starts the workflow ${workflowId} (${version === undefined ? "the version that is active then" : `version ${version}`}) with ${JSON.stringify(params["variables"] ?? {})}`,
    },
    // What is not waited for spends money of its own.
    mayCost: wait,
    routes: { kind: "none" },
    timeoutMs: TIMEOUT_MS,
    expressions: [],
  }),
});

async function prepare(
  { workflowId, version, variables, wait }: z.output<typeof EnteredParams>,
  context: AttemptContext,
): Promise<AttemptResult> {
  const request = { workflowId, ...omitUndefined({ version }), variables };
  return {
    kind: "child",
    child: await context.prepareChild(request),
    waits: wait,
    costNano: 0,
  };
}
