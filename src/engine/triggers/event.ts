import { z } from "zod";
import { isAppError } from "../../errors.ts";
import { compileExpression } from "../expression.ts";
import type { ConfigProblem } from "../steps/step-type.ts";
import { defineTriggerType } from "./trigger-type.ts";

export const EventConfig = z.strictObject({
  /** `workflow.completed`, `workflow.failed`, or the same of one workflow: `ticket-triage.completed`. */
  eventName: z.string().min(1).max(120),
  /** CEL over the variables that the run would get; it starts where this is true. */
  match: z.string().max(2000).optional(),
});
export type EventConfig = z.output<typeof EventConfig>;

/**
 * The end of another workflow's run starts the workflow. Variables: `event`, `workflowId`, `executionId`, `status`, `output`,
 * `variables`, and `error` of a run that failed.
 */
export const event = defineTriggerType({
  kind: "event",
  summary: "Started when a run of another workflow completes or fails.",
  config: EventConfig,
  gives: ["event", "workflowId", "executionId", "status", "output", "variables", "error"],
  check: checkEvent,
});

function checkEvent({ eventName, match }: EventConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*\.(?:completed|failed)$/.test(eventName)) {
    problems.push({
      path: ["eventName"],
      message: `there is no event "${eventName}"`,
      fix: "Use workflow.completed, workflow.failed, or these of one workflow: <id>.completed, <id>.failed.",
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
