import { isAppError } from "../../shared/errors.ts";
import { escapeText, mentionPerson, shortRunId } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import {
  assertNoMore,
  findWorkflow,
  foldName,
  type Lookup,
  readRun,
  readWorkflow,
  usageOf,
} from "./named.ts";
import { ADMINS_ONLY, type CommandRequest, type Subcommand } from "./subcommand.ts";
import { invalid } from "./tokens.ts";

const ALL = "all";
const TRIGGER = "trigger";

export const pauseCommand: Subcommand = {
  name: "pause",
  usage: "<id>|all, <id> trigger=<id>",
  summary:
    "hold the runs of a workflow, or all runs: steps under way end, no other begins; or switch one trigger off",
  roles: ADMINS_ONLY,
  valueNames: [TRIGGER],
  run: async (request, context) => {
    const { words, caller, values } = request;
    const { engine, command } = context;
    const trigger = values.get(TRIGGER);
    if (trigger !== undefined) return pauseTrigger(trigger, request, context);
    const { workflowId, what } = await readTarget(words, context, pauseCommand);
    const before = engine.workflows.pauseOf(workflowId);
    await engine.workflows.pause(workflowId, caller.userId);
    const undo = `\`${command} resume ${workflowId === null ? ALL : escapeText(workflowId)}\``;
    if (before) return `${what} is paused already, by ${mentionPerson(before.by)}.`;
    return `:double_vertical_bar: ${what} is paused. Steps under way end, approvals can still be decided, new starts are accepted and wait. To resume: ${undo}.`;
  },
};

export const resumeCommand: Subcommand = {
  name: "resume",
  usage: "<id>|<run>|all, <id> trigger=<id>",
  summary:
    "resume the runs of a paused workflow, one paused run, or all runs; or switch one trigger on",
  roles: ADMINS_ONLY,
  valueNames: [TRIGGER],
  run: async (request, context) => {
    const { words, caller, values } = request;
    const { engine, command } = context;
    const trigger = values.get(TRIGGER);
    if (trigger !== undefined) return resumeTrigger(trigger, request, context);
    const answer = await resumeRun(words, context, caller.userId);
    if (answer !== null) return answer;
    const { workflowId, what } = await readTarget(words, context, resumeCommand);
    const wasPaused = await engine.workflows.resume(workflowId, caller.userId);
    const left = workflowId === null ? null : engine.workflows.pauseOf(workflowId);
    const still = left
      ? ` Everything is paused by ${mentionPerson(left.by)}, so its runs still wait; \`${command} resume ${ALL}\` resumes all.`
      : "";
    return wasPaused
      ? `:arrow_forward: ${what} is resumed; the runs that began first continue first.${still}`
      : `${what} was not paused.${still}`;
  },
};

async function pauseTrigger(
  trigger: string,
  { words, caller }: CommandRequest,
  context: BotContext,
): Promise<string> {
  const { engine, command } = context;
  const { id, what } = await readTrigger(trigger, words, context, pauseCommand);
  const before = engine.workflows.pausedTriggers(id).get(trigger);
  await engine.workflows.pauseTrigger(id, trigger, caller.userId);
  if (before) return `${what} is switched off already, by ${mentionPerson(before.by)}.`;
  const undo = `\`${command} resume ${escapeText(id)} ${TRIGGER}=${escapeText(trigger)}\``;
  return `:double_vertical_bar: ${what} is switched off: it starts nothing, and what happens meanwhile is left out. Runs under way continue. To switch it on: ${undo}.`;
}

async function resumeTrigger(
  trigger: string,
  { words, caller }: CommandRequest,
  context: BotContext,
): Promise<string> {
  const { id, what } = await readTrigger(trigger, words, context, resumeCommand);
  const wasPaused = await context.engine.workflows.resumeTrigger(id, trigger, caller.userId);
  return wasPaused
    ? `:arrow_forward: ${what} is switched on; what happened meanwhile is left out.`
    : `${what} was not switched off.`;
}

async function readTrigger(
  trigger: string,
  words: readonly string[],
  context: Lookup,
  form: Subcommand,
): Promise<{ readonly id: string; readonly what: string }> {
  const { id, rest } = await readWorkflow(words, context, form);
  assertNoMore(rest, context, form);
  return { id, what: `The trigger \`${escapeText(trigger)}\` of *${escapeText(id)}*` };
}

/** Resumes a run that was paused by itself; `null`: the words name a workflow, or nothing. */
async function resumeRun(
  words: readonly string[],
  context: Lookup,
  by: string,
): Promise<string | null> {
  const { engine } = context;
  if (words.length === 0 || isAll(words) || (await findWorkflow(words, context)) !== null)
    return null;
  const run = await readRun(words, context, resumeCommand).catch((error: unknown) => {
    if (isAppError(error, "execution_not_found")) return null;
    throw error;
  });
  if (run === null) return null;
  const { executionId, rest } = run;
  assertNoMore(rest, context, resumeCommand);
  const wasPaused = await engine.executions.resume(executionId, by);
  const name = `Run \`${shortRunId(executionId)}\``;
  return wasPaused
    ? `:arrow_forward: ${name} continues.`
    : `${name} itself is not paused, so there is nothing to resume.`;
}

function isAll(words: readonly string[]): boolean {
  return words.length === 1 && foldName(words[0] ?? "") === ALL;
}

async function readTarget(
  words: readonly string[],
  context: Lookup,
  form: Subcommand,
): Promise<{ readonly workflowId: string | null; readonly what: string }> {
  if (words.length === 0) {
    throw invalid(
      `Say what: \`${usageOf(form, context.command)}\`. The ids are in \`${context.command} list\`.`,
    );
  }
  if (isAll(words)) return { workflowId: null, what: "Everything" };
  const { id, rest } = await readWorkflow(words, context, form);
  assertNoMore(rest, context, form);
  return { workflowId: id, what: `*${escapeText(id)}*` };
}
