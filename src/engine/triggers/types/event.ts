import { z } from "zod";
import { didYouMean } from "../../../shared/did-you-mean.ts";
import { isAppError } from "../../../shared/errors.ts";
import { compileSchema } from "../../ai/json-schema.ts";
import { BUILT_IN_EVENTS, EventName, isBuiltInEvent } from "../../definition/schema.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { compileExpression } from "../../language/expression.ts";

export const EventConfig = z.strictObject({
  eventName: EventName.describe(
    "a name that a program or a step publishes, or that of a built-in event: `workflow.completed`, `ticket-triage.failed`",
  ),
  match: z
    .string()
    .max(2000)
    .optional()
    .describe("CEL over the variables that the run would get: it starts where this is true"),
  schema: z
    .record(z.string(), z.json())
    .optional()
    .describe("JSON schema of the payload: an event that does not follow it starts nothing"),
  maxPerMinute: z
    .int()
    .min(1)
    .max(6000)
    .default(600)
    .describe(
      "so many runs are started at once, and then so many a minute; what is above that starts nothing",
    ),
});
export type EventConfig = z.output<typeof EventConfig>;

/**
 * A named event starts the workflow, with its payload as variables. Events come from outside, from steps and from the ends of runs;
 * these give `event`, `workflowId`, `executionId`, `status`, `output`, `variables`, and `error` of a run that failed.
 */
export const event = defineTriggerType({
  kind: "event",
  summary:
    "Started by a named event that another system or a step of another workflow publishes, or when a run of another workflow ends.",
  config: EventConfig,
  gives: ["event", "workflowId", "executionId", "status", "output", "variables", "error"],
  givesMore: true,
  check: checkEvent,
});

/** How names begin of which those of built-in events are expected. */
const OWN_PREFIXES: readonly string[] = ["workflow.", "approval.", "budget."];

function checkEvent({ eventName, match, schema }: EventConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const compiled = schema === undefined ? [] : compileSchema(schema);
  if (typeof compiled !== "function")
    problems.push(...compiled.map((one) => ({ ...one, path: ["schema", ...one.path] })));
  if (OWN_PREFIXES.some((prefix) => eventName.startsWith(prefix)) && !isBuiltInEvent(eventName)) {
    problems.push({
      path: ["eventName"],
      message: `there is no event "${eventName}"`,
      fix: `The bot itself publishes ${BUILT_IN_EVENTS.join(", ")}, and of one workflow <id>.completed, <id>.failed and <id>.cancelled.${didYouMean(eventName, BUILT_IN_EVENTS)}`,
    });
  }
  if (match === undefined) return problems;
  try {
    const { paths } = compileExpression(match);
    const stray = paths.find(([root]) => root !== "variables");
    if (stray !== undefined) {
      problems.push({
        path: ["match"],
        message: `"${stray[0] ?? ""}" is not known here`,
        fix: 'Ask what the run would get, such as variables.workflowId == "ticket-triage".',
      });
    }
  } catch (error) {
    if (!isAppError(error)) throw error;
    problems.push({ path: ["match"], message: error.message, fix: "Correct the CEL expression." });
  }
  return problems;
}
