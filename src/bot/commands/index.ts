import { nearest } from "../../shared/did-you-mean.ts";
import type { AppError } from "../../shared/errors.ts";
import type { BotContext } from "../context.ts";
import { accessCommand } from "./access.ts";
import { tokenCommand } from "./api-tokens.ts";
import { approvalsCommand, approveCommand, rejectCommand } from "./approvals.ts";
import { archiveCommand, unarchiveCommand } from "./archive.ts";
import { budgetCommand } from "./budget.ts";
import { cancelCommand } from "./cancel.ts";
import { readCommandText } from "./command-text.ts";
import { costsCommand } from "./costs.ts";
import { credentialCommand } from "./credential.ts";
import { draftCommand } from "./draft.ts";
import { exportCommand } from "./export.ts";
import { graphCommand } from "./graph.ts";
import { helpMessage, helpOn, helpOnTopic } from "./help.ts";
import { labelCommand } from "./label.ts";
import { listCommand } from "./list.ts";
import { migrateCommand } from "./migrate.ts";
import { findWorkflow, foldName } from "./named.ts";
import { newCommand } from "./new.ts";
import { type CommandLine, namesBeforeColons, parseCommandLine } from "./parse-command-line.ts";
import { pauseCommand, resumeCommand } from "./pause.ts";
import { promptsCommand } from "./prompts.ts";
import { removeCommand } from "./remove.ts";
import { retryCommand } from "./retry.ts";
import { runCommand } from "./run.ts";
import { runLine } from "./run-words.ts";
import { runsCommand } from "./runs.ts";
import { servicesCommand } from "./services.ts";
import { sharingCommand } from "./sharing.ts";
import { showCommand } from "./show.ts";
import { statusCommand } from "./status.ts";
import { type Answer, type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { templatesCommand } from "./templates.ts";
import { testCommand } from "./test.ts";
import { invalid, showTyped } from "./tokens.ts";
import { activateCommand, diffCommand, rollbackCommand, versionsCommand } from "./versions.ts";
import { whyCommand } from "./why.ts";

const helpCommand: Subcommand = {
  name: "help",
  usage: "[topic or command]",
  summary: "what I understand, or one part of it",
  roles: EVERY_ROLE,
  run: async (request, context) => {
    const { caller, words } = request;
    const { command } = context;
    const [word] = words;
    const help = { caller, place: "command", subcommands: SUBCOMMANDS } as const;
    if (word === undefined) return helpMessage(help, context);
    const topic = words.length === 1 ? await helpOnTopic(word, help, context) : null;
    if (topic !== null) return topic;
    const known = findSubcommand(word);
    if (known !== null) return helpOn(known, command);
    const workflow = await findWorkflow(words, context);
    if (workflow !== null)
      return showCommand.run({ ...request, words: [workflow.id], values: new Map() }, context);
    // Such as `help me`.
    if (nearestSubcommand(word) === null) return helpMessage(help, context);
    throw unknownSubcommand(word, command, "help ");
  },
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
  newCommand,
  draftCommand,
  templatesCommand,
  servicesCommand,
  testCommand,
  accessCommand,
  versionsCommand,
  diffCommand,
  exportCommand,
  graphCommand,
  rollbackCommand,
  activateCommand,
  migrateCommand,
  pauseCommand,
  resumeCommand,
  archiveCommand,
  unarchiveCommand,
  removeCommand,
  sharingCommand,
  tokenCommand,
  credentialCommand,
];

/**
 * Answers what was typed after the slash command.
 *
 * @throws {AppError} `command_invalid` and what the subcommand throws.
 */
export async function answerCommand(
  typed: string,
  from: CommandPlace,
  context: BotContext,
): Promise<Answer> {
  const { command } = context;
  // `/workflow`, `@heddle`: also without its sign.
  const text = readCommandText(typed, [command, command.slice(1)]);
  const [name = ""] = text.split(/\s/, 1);
  const free = findSubcommand(name);
  if (free?.isFreeText === true) {
    const rest = text.slice(name.length).trim();
    return free.run({ ...from, words: [], values: new Map(), text: rest }, context);
  }
  const { words, values } = await readLine(text, context);
  const [first, ...rest] = words;
  if (first === undefined && values.size > 0) {
    throw invalid(
      `A command comes first, such as \`${command} run <id> ${[...values.keys()][0]}=…\`. \`${command} help\` lists them.`,
    );
  }
  const subcommand = first === undefined ? helpCommand : findSubcommand(first);
  if (subcommand === null) return answerWorkflow({ ...from, words, values }, context);
  assertTakes(subcommand, values, command);
  const named = subcommand.takesRun === true ? await withThreadRun(rest, from) : rest;
  return subcommand.run({ ...from, words: named, values }, context);
}

/** Where a command was written, and by whom. */
export type CommandPlace = Omit<CommandRequest, "words" | "values">;

/** What people call the run of a thread in which they write. */
const THIS_RUN = /^(?:(?:this|that|the|my|it)(?: (?:one|run))?|run)$/i;

/** The words of a command, with the run of the thread if they name none. */
async function withThreadRun(
  words: readonly string[],
  { threadRun }: CommandPlace,
): Promise<readonly string[]> {
  if (words.length > 0 && !THIS_RUN.test(words.join(" "))) return words;
  const run = await threadRun?.();
  return typeof run === "string" ? [run] : words;
}

/** The command in its parts; what names may stand before a colon is looked up only if some do. */
async function readLine(text: string, context: BotContext): Promise<CommandLine> {
  const candidates = namesBeforeColons(text);
  if (candidates.length === 0) return parseCommandLine(text);
  const [first = "", ...rest] = text.trim().split(/\s+/, MAX_WORDS);
  const subcommand = findSubcommand(first);
  const known = subcommand?.valueNames ?? [];
  const more = await subcommand?.findValueNames?.(rest, context);
  return parseCommandLine(text, [...known, ...(more ?? [])]);
}

/** Words of a command among which its workflow or run is looked for. */
const MAX_WORDS = 40;

/** A workflow alone is shown: to start it by mistake would be worse than to type once more. */
async function answerWorkflow(request: CommandRequest, context: BotContext): Promise<Answer> {
  const { command } = context;
  const { words, values } = request;
  const workflow = await findWorkflow(words, context);
  if (workflow === null) throw unknownSubcommand(words[0] ?? "", command);
  const { id, rest } = workflow;
  if (rest.length === 0 && values.size === 0)
    return showCommand.run({ ...request, words: [id] }, context);
  const line = runLine(command, id, rest, values);
  throw invalid(
    `\`${id}\` is a workflow. To start it, write \`${line}\`; \`${command} show ${id}\` shows what it needs.`,
  );
}

function assertTakes(
  { name, usage, valueNames, findValueNames }: Subcommand,
  values: CommandRequest["values"],
  command: string,
): void {
  if (findValueNames !== undefined) return;
  const known = valueNames ?? [];
  const unknown = [...values.keys()].find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const list =
    known.length === 0 ? "no values with names" : known.map((key) => `${key}=…`).join(", ");
  throw invalid(
    `\`${command} ${name}\` takes ${list}, and “${unknown}” was given. It is written \`${[command, name, usage].join(" ").trim()}\`.`,
  );
}

/** Does a text begin with the name of a subcommand? */
export function isCommand(text: string): boolean {
  const [name = ""] = text.trim().split(/\s/, 1);
  return findSubcommand(name) !== null;
}

/** Is a text the name of a workflow, or does it look like a misspelled command? `answerCommand` answers both better than a list of all commands does. */
export async function isAlmostCommand(text: string, context: BotContext): Promise<boolean> {
  const words = text.trim().split(/\s+/, MAX_WORDS);
  if ((await findWorkflow(words, context))?.rest.length === 0) return true;
  const [first = ""] = words;
  return (
    words.length <= FEW_WORDS && first.length >= MIN_LETTERS && nearestSubcommand(first) !== null
  );
}

/** A longer text is a sentence, of which a first word may be like the name of a command by chance; so may a short word. */
const FEW_WORDS = 3;
const MIN_LETTERS = 4;

function findSubcommand(word: string): Subcommand | null {
  const name = foldName(word);
  return SUBCOMMANDS.find((subcommand) => subcommand.name === name) ?? null;
}

/** What people type elsewhere for the same. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  ls: "list",
  workflows: "list",
  start: "run",
  execute: "run",
  trigger: "run",
  info: "show",
  describe: "show",
  details: "show",
  view: "show",
  stop: "cancel",
  abort: "cancel",
  kill: "cancel",
  rerun: "retry",
  restart: "retry",
  history: "runs",
  pending: "approvals",
  unpause: "resume",
  continue: "resume",
  cost: "costs",
  undo: "rollback",
  commands: "help",
  actions: "services",
  credentials: "credential",
  download: "export",
  diagram: "graph",
  build: "new",
  create: "new",
  evaluate: "test",
};

function nearestSubcommand(word: string): string | null {
  const name = foldName(word);
  if (Object.hasOwn(OTHER_WORDS, name)) return OTHER_WORDS[name] ?? null;
  const shown = SUBCOMMANDS.filter(({ isHidden }) => isHidden !== true);
  return nearest(
    name,
    shown.map((subcommand) => subcommand.name),
  );
}

function unknownSubcommand(word: string, command: string, before = ""): AppError {
  const near = nearestSubcommand(word);
  const guess = near === null ? "" : ` Did you mean \`${command} ${before}${near}\`?`;
  return invalid(
    `There is no command or workflow “${showTyped(word, 40)}”.${guess} \`${command} help\` lists the commands, \`${command} list\` the workflows.`,
  );
}
