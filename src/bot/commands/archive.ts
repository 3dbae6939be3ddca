import type { Archived } from "../../engine/ports/workflows.ts";
import { escapeText, mentionPerson, showTime } from "../../slack/text.ts";
import { toArchiveValue } from "../action-values.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, message, section } from "../views/blocks/build.ts";
import { assertNoMore, readWorkflow } from "./named.ts";
import { ADMINS_ONLY, type Answer, type Subcommand } from "./subcommand.ts";

export const archiveCommand: Subcommand = {
  name: "archive",
  usage: "<id>",
  summary: "take a workflow out of use: nothing starts it any more, its runs under way continue",
  roles: ADMINS_ONLY,
  run: async ({ words, caller }, context) => {
    const { engine } = context;
    const { id, rest } = await readWorkflow(words, context, archiveCommand);
    assertNoMore(rest, context, archiveCommand);
    const { archived } = await engine.workflows.archive(id, caller.userId, { dryRun: true });
    const name = await nameOf(id, context);
    if (archived) return isAlready(name, archived);
    const text = `Archive ${name}? Nothing starts it any more: no command, trigger, form, program or other workflow; lists leave it out. Runs under way continue, and all that is stored of it stays. \`${context.command} unarchive ${escapeText(id)}\` brings it back.`;
    const confirm = button({
      actionId: ACTION_IDS.archiveWorkflow,
      label: "Archive",
      style: "danger",
      value: toArchiveValue({ w: id }),
    });
    return message(text, [section(text), buttons("archive", [confirm])]);
  },
};

export const unarchiveCommand: Subcommand = {
  name: "unarchive",
  usage: "<id>",
  summary: "bring an archived workflow back, with its triggers",
  roles: ADMINS_ONLY,
  run: async ({ words, caller }, context) => {
    const { engine } = context;
    const { id, rest } = await readWorkflow(words, context, unarchiveCommand);
    assertNoMore(rest, context, unarchiveCommand);
    const wasArchived = await engine.workflows.unarchive(id, caller.userId);
    const name = await nameOf(id, context);
    return wasArchived
      ? `:outbox_tray: ${name} is back in use, and its triggers start it from now on.`
      : `${name} was not archived.`;
  },
};

/** What the click does that follows the question. @throws {AppError} `not_allowed`, `workflow_not_found`. */
export async function archiveWorkflow(
  id: string,
  by: string,
  context: BotContext,
): Promise<Answer> {
  const { engine, command } = context;
  const { changed, archived } = await engine.workflows.archive(id, by);
  const name = await nameOf(id, context);
  if (!changed && archived) return isAlready(name, archived);
  return `:file_cabinet: ${name} is archived: nothing starts it any more. Runs under way continue. To bring it back: \`${command} unarchive ${escapeText(id)}\`.`;
}

function isAlready(name: string, { by, at }: Archived): string {
  return `${name} is archived already, by ${mentionPerson(by)} ${showTime(at)}.`;
}

async function nameOf(id: string, { engine }: BotContext): Promise<string> {
  return `*${escapeText((await engine.workflows.get(id)).definition.name)}*`;
}
