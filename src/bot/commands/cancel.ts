import type { Caller } from "../../engine/api/access.ts";
import type { Engine } from "../../engine/api/engine.ts";
import { AppError } from "../../shared/errors.ts";
import { escapeText, shortRunId } from "../../slack/text.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const cancelCommand: Subcommand = {
  name: "cancel",
  usage: "<run>",
  summary: "stop a run that you started (admins: any run)",
  roles: EVERY_ROLE,
  run: async ({ words, caller }, { engine, command }) => {
    const [id] = words;
    if (id === undefined) {
      throw new AppError({
        code: "command_invalid",
        message: `Say which run: ${command} cancel <run>. Your runs are in ${command} status.`,
      });
    }
    return cancelRun(engine, caller, await engine.executions.resolveId(id));
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
