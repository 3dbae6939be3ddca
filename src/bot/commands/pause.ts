import type { Engine } from "../../engine/api/engine.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { escapeText, mentionPerson, shortRunId } from "../../slack/text.ts";
import { ADMINS_ONLY, type Subcommand } from "./subcommand.ts";

const ALL = "all";

export const pauseCommand: Subcommand = {
  name: "pause",
  usage: "<id>|all",
  summary: "hold the runs of a workflow, or all runs: steps under way end, no other begins",
  roles: ADMINS_ONLY,
  run: async ({ words, caller }, { engine, command }) => {
    const { workflowId, what } = readTarget(words[0], `${command} pause <id>|all`);
    const before = engine.workflows.pauseOf(workflowId);
    await engine.workflows.pause(workflowId, caller.userId);
    const undo = `\`${command} resume ${workflowId === null ? ALL : escapeText(workflowId)}\``;
    if (before) return `${what} is paused already, by ${mentionPerson(before.by)}.`;
    return `:double_vertical_bar: ${what} is paused. Steps under way end, approvals can still be decided, new starts are accepted and wait. To let them go on: ${undo}.`;
  },
};

export const resumeCommand: Subcommand = {
  name: "resume",
  usage: "<id>|<run>|all",
  summary: "resume the runs of a paused workflow, one paused run, or all runs",
  roles: ADMINS_ONLY,
  run: async ({ words, caller }, { engine, command }) => {
    const answer = await resumeRun(words[0], engine, caller.userId);
    if (answer !== null) return answer;
    const { workflowId, what } = readTarget(words[0], `${command} resume <id>|all`);
    const wasPaused = await engine.workflows.resume(workflowId, caller.userId);
    const left = workflowId === null ? null : engine.workflows.pauseOf(workflowId);
    const still = left
      ? ` Everything is paused by ${mentionPerson(left.by)}, so nothing goes on yet: \`${command} resume ${ALL}\`.`
      : "";
    return wasPaused
      ? `:arrow_forward: ${what} goes on, those runs first that began first.${still}`
      : `${what} was not paused.${still}`;
  },
};

/** Resumes a run that was paused by itself; `null`: the word names a workflow, or nothing. */
async function resumeRun(
  word: string | undefined,
  engine: Engine,
  by: string,
): Promise<string | null> {
  if (word === undefined || word.toLowerCase() === ALL) return null;
  const isWorkflow = (await engine.workflows.list()).some(({ id }) => id === word);
  if (isWorkflow) return null;
  const executionId = await engine.executions.resolveId(word).catch((error: unknown) => {
    if (isAppError(error, "execution_not_found")) return null;
    throw error;
  });
  if (executionId === null) return null;
  const wasPaused = await engine.executions.resume(executionId, by);
  const run = `Run \`${shortRunId(executionId)}\``;
  return wasPaused
    ? `:arrow_forward: ${run} continues.`
    : `${run} itself is not paused, so there is nothing to resume.`;
}

function readTarget(
  word: string | undefined,
  usage: string,
): { readonly workflowId: string | null; readonly what: string } {
  if (word === undefined)
    throw new AppError({ code: "command_invalid", message: `Say what: ${usage}` });
  if (word.toLowerCase() === ALL) return { workflowId: null, what: "Everything" };
  return { workflowId: word, what: `*${escapeText(word)}*` };
}
