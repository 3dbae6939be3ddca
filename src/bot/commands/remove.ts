import type { RemovalJob, RemovalTarget } from "../../engine/api/data.ts";
import { counted } from "../../shared/counted.ts";
import { parseDuration } from "../../shared/duration.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { escapeText, mentionPerson, shortRunId, showTime } from "../../slack/text.ts";
import { type RemovalValue, toRemovalValue } from "../action-values.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import { readPerson } from "./access.ts";
import { assertNoMore, findWorkflow, foldName, readRun } from "./named.ts";
import { readStatusWord } from "./status-words.ts";
import { ADMINS_ONLY, type CommandRequest, type Subcommand } from "./subcommand.ts";
import { invalid } from "./tokens.ts";

/** Removals that are listed. */
const SHOWN = 10;

export const removeCommand: Subcommand = {
  name: "remove",
  usage: "<run>|<workflow> [completed|failed|cancelled] [before=90d]|person <@person>|status",
  summary: "remove runs that are over for good; says how many and asks first",
  roles: ADMINS_ONLY,
  takesRun: true,
  valueNames: ["before"],
  run: async (request, context) => {
    const { words, caller } = request;
    if (words.length === 1 && foldName(words[0] ?? "") === "status")
      return listRemovals(caller.userId, context);
    const value = await readTarget(request, context);
    const preview = await context.engine.data.preview(toTarget(value), caller.userId);
    const { runs, isMore, drafts } = preview;
    if (runs === 0 && !drafts) return "There are no such runs that are over.";
    const some = `${isMore ? "more than " : ""}${counted(runs, "run")}`;
    const what = drafts === undefined ? some : `${some} and ${counted(drafts, "draft")}`;
    const text = `Remove ${what}${describe(value)}, with all that is stored of ${runs === 1 ? "it" : "them"} and of the runs that ${runs === 1 ? "its" : "their"} steps started? Costs and the audit stay; what stands in Slack stays, too. This cannot be undone.`;
    const confirm = button({
      actionId: ACTION_IDS.removeRuns,
      label: `Remove ${what}`,
      style: "danger",
      value: toRemovalValue(value),
    });
    return message(text, [section(text), buttons("remove", [confirm])]);
  },
};

/** What the click does that follows the question. @throws {AppError} `not_allowed`, and what the engine throws. */
export async function removeRuns(
  value: RemovalValue,
  by: string,
  { engine, command }: BotContext,
): Promise<string> {
  await engine.data.remove(toTarget(value), by);
  return `:wastebasket: They are removed in the background. How far it is: \`${command} remove status\`.`;
}

async function readTarget(
  { words, values }: CommandRequest,
  context: BotContext,
): Promise<RemovalValue> {
  const { command, clock } = context;
  const [first = "", mention, ...others] = words;
  if (foldName(first) === "person" && mention !== undefined) {
    assertNoMore(others, context, removeCommand);
    return { p: readPerson(mention, `${command} remove person @bob`) };
  }
  const workflow = words.length > 0 ? await findWorkflow(words, context) : null;
  if (workflow === null) {
    const { executionId, rest } = await readRun(words, context, removeCommand);
    assertNoMore(rest, context, removeCommand);
    if (values.size > 0)
      throw invalid(`A run is removed whole: \`${command} remove ${shortRunId(executionId)}\`.`);
    return { e: executionId };
  }
  const [status, ...more] = workflow.rest;
  assertNoMore(more, context, removeCommand);
  const asked = values.get("before");
  return {
    w: workflow.id,
    ...omitUndefined({
      s: status === undefined ? undefined : readStatus(status, command),
      t: asked === undefined ? undefined : readBefore(asked, clock.now()),
    }),
  };
}

function readStatus(word: string, command: string): "completed" | "failed" | "cancelled" {
  const status = readStatusWord(word);
  if (status === "completed" || status === "failed" || status === "cancelled") return status;
  throw invalid(
    `Write completed, failed or cancelled, or nothing for all: \`${command} remove <workflow> failed before=90d\`.`,
  );
}

function readBefore(text: string, now: number): number {
  const ago = parseDuration(text);
  const at = ago === null ? Date.parse(text) : now - ago;
  if (!Number.isNaN(at) && (ago !== null || /^\d{4}-\d{2}-\d{2}/.test(text))) return at;
  throw invalid(
    "`before` is how long ago they ended, such as 12h or 90d, or a day or moment: 2026-01-31, 2026-01-31T09:00:00Z.",
  );
}

function toTarget(value: RemovalValue): RemovalTarget {
  if ("e" in value) return { kind: "runs", executionIds: [value.e] };
  if ("p" in value) return { kind: "person", userId: value.p };
  const { w: workflowId, s: status, t: endedBefore } = value;
  return { kind: "filter", workflowId, ...omitUndefined({ status, endedBefore }) };
}

function describe(value: RemovalValue): string {
  if ("e" in value) return ` (\`${shortRunId(value.e)}\`)`;
  if ("p" in value) return ` of ${mentionPerson(value.p)}`;
  const { w, s, t } = value;
  const ended = t === undefined ? "" : ` and ended before ${showTime(t)}`;
  const how = s === undefined ? "are over" : s === "cancelled" ? "were cancelled" : s;
  return ` of *${escapeText(w)}* that ${how}${ended}`;
}

async function listRemovals(by: string, { engine }: BotContext): Promise<CardMessage | string> {
  const removals = await engine.data.listRemovals(by);
  if (removals.length === 0) return "Nothing was removed by request within the last 30 days.";
  const text = removals.slice(0, SHOWN).map(lineOf).join("\n");
  return message(text, [section(text)]);
}

function lineOf({ by, at, removed, kept, endedAt }: RemovalJob): string {
  const state = endedAt === null ? "under way" : `done ${showTime(endedAt)}`;
  const stayed = kept === 0 ? "" : `, ${kept} stayed`;
  return `• ${showTime(at)} by ${mentionPerson(by)}: ${counted(removed, "run")} removed${stayed}; ${state}`;
}
