import { z } from "zod";
import { isAppError } from "../../../shared/errors.ts";
import { EventName } from "../../definition/schema.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { compileExpression } from "../../language/expression.ts";

export const EventConfig = z.strictObject({
  /** A name that a program publishes, or the end of a run: `workflow.completed`, `ticket-triage.failed`. */
  eventName: EventName,
  /** CEL over the variables that the run would get; it starts where this is true. */
  match: z.string().max(2000).optional(),
});
export type EventConfig = z.output<typeof EventConfig>;

/**
 * A named event starts the workflow, with its payload as variables. Events come from outside and from the ends of runs; these give
 * `event`, `workflowId`, `executionId`, `status`, `output`, `variables`, and `error` of a run that failed.
 */
export const event = defineTriggerType({
  kind: "event",
  summary:
    "Started by a named event that another system sends, or when a run of another workflow completes or fails.",
  config: EventConfig,
  gives: ["event", "workflowId", "executionId", "status", "output", "variables", "error"],
  givesMore: true,
  check: checkEvent,
});

/** Can the name be that of the end of a run? Others may have the same form. */
function isEndName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]*\.(?:completed|failed)$/.test(name);
}

function checkEvent({ eventName, match }: EventConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (eventName.startsWith("workflow.") && !isEndName(eventName)) {
    problems.push({
      path: ["eventName"],
      message: `there is no event "${eventName}"`,
      fix: "Of runs there are workflow.completed and workflow.failed, or these of one workflow: <id>.completed, <id>.failed.",
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
