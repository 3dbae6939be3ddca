import { nearest } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import type { BotContext } from "../context.ts";
import { accessCommand } from "./access.ts";
import { approvalsCommand, approveCommand, rejectCommand } from "./approvals.ts";
import { budgetCommand } from "./budget.ts";
import { cancelCommand } from "./cancel.ts";
import { costsCommand } from "./costs.ts";
import { draftCommand } from "./draft.ts";
import { helpMessage } from "./help.ts";
import { labelCommand } from "./label.ts";
import { listCommand } from "./list.ts";
import { migrateCommand } from "./migrate.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import { pauseCommand, resumeCommand } from "./pause.ts";
import { promptsCommand } from "./prompts.ts";
import { retryCommand } from "./retry.ts";
import { runCommand } from "./run.ts";
import { runsCommand } from "./runs.ts";
import { sharingCommand } from "./sharing.ts";
import { showCommand } from "./show.ts";
import { statusCommand } from "./status.ts";
import { type Answer, type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { templatesCommand } from "./templates.ts";
import { activateCommand, diffCommand, rollbackCommand, versionsCommand } from "./versions.ts";
import { whyCommand } from "./why.ts";

const helpCommand: Subcommand = {
  name: "help",
  usage: "",
  summary: "this list",
  roles: EVERY_ROLE,
  run: ({ caller }, { command }) => Promise.resolve(helpMessage(caller.role, command, SUBCOMMANDS)),
};

/** All of them, in the order of the help. */
export const SUBCOMMANDS: readonly Subcommand[] = [
  helpCommand,
  listCommand,
  showCommand,
  runCommand,
  statusCommand,
  runsCommand,
  approvalsCommand,
  approveCommand,
  rejectCommand,
  whyCommand,
  labelCommand,
  promptsCommand,
  costsCommand,
  budgetCommand,
  cancelCommand,
  retryCommand,
  templatesCommand,
  draftCommand,
  accessCommand,
  versionsCommand,
  diffCommand,
  rollbackCommand,
  activateCommand,
  migrateCommand,
  pauseCommand,
  resumeCommand,
  sharingCommand,
];

/**
 * Answers what was typed after the slash command.
 *
 * @throws {AppError} `command_invalid` and what the subcommand throws.
 */
export async function answerCommand(
  text: string,
  from: Pick<CommandRequest, "caller" | "channel" | "threadTs" | "deliveryId">,
  context: BotContext,
): Promise<Answer> {
  const { words, values } = parseCommandLine(text);
  const [name, ...rest] = words;
  const subcommand = findSubcommand(name?.toLowerCase() ?? "help", context.command);
  return subcommand.run({ ...from, words: rest, values }, context);
}

/** Does a text begin with the name of a subcommand? */
export function isCommand(text: string): boolean {
  const [name] = text.trim().toLowerCase().split(/\s/);
  return SUBCOMMANDS.some((subcommand) => subcommand.name === name);
}

function findSubcommand(name: string, command: string): Subcommand {
  const found = SUBCOMMANDS.find((subcommand) => subcommand.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    SUBCOMMANDS.map((subcommand) => subcommand.name),
  );
  const guess = near === null ? "" : ` Did you mean ${command} ${near}?`;
  throw new AppError({
    code: "command_invalid",
    message: `There is no ${command} ${name.slice(0, 40)}.${guess} ${command} help shows what there is.`,
  });
}
