import type { Caller } from "../../engine/api/access.ts";
import type { Engine } from "../../engine/api/engine.ts";
import { escapeText, shortRunId } from "../../slack/text.ts";
import { assertNoMore, readRun } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const cancelCommand: Subcommand = {
  name: "cancel",
  usage: "<run>",
  summary: "stop a run that you started (admins: any run)",
  roles: EVERY_ROLE,
  takesRun: true,
  run: async ({ words, caller }, context) => {
    const { executionId, rest } = await readRun(words, context, cancelCommand);
    assertNoMore(rest, context, cancelCommand);
    return cancelRun(context.engine, caller, executionId);
  },
};

/**
 * Cancels a run.
 *
 * @returns the answer.
 * @throws {AppError} `not_allowed`, `execution_not_found`, `execution_finished`.
 */
export async function cancelRun(
  engine: Engine,
  caller: Caller,
  executionId: string,
): Promise<string> {
  const view = await engine.executions.get(executionId);
  await engine.executions.cancel(executionId, caller.userId);
  return `Run \`${shortRunId(executionId)}\` of *${escapeText(view.workflowName)}* is being cancelled. What it has done already stays done.`;
}
