import type { Caller } from "../../engine/api/access.ts";
import { escapeText, shortRunId } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import {
  type CardMessage,
  contextBlock,
  message,
  section,
  sections,
} from "../views/blocks/build.ts";
import { type Examples, TOPICS, type Topic } from "./help-topics.ts";
import { foldName } from "./named.ts";
import type { Subcommand } from "./subcommand.ts";

/** Where a person asks for help: what they type first differs. */
export type Place = "command" | "channel" | "direct";

/** Who asks for help, and what they see of it. */
export interface HelpRequest {
  readonly caller: Caller;
  readonly place: Place;
  readonly subcommands: readonly Subcommand[];
}

type Context = Pick<BotContext, "engine" | "command">;

/** What fits whom: a person who may deploy some workflow is shown what admins are shown of versions. */
interface Shown {
  readonly commands: readonly Subcommand[];
  readonly isAdmin: boolean;
  readonly examples: Examples;
}

/** Commands of admins that a person has for the workflows that they may deploy. */
const FOR_BUILDERS: ReadonlySet<string> = new Set([
  "rollback",
  "activate",
  "migrate",
  "pause",
  "resume",
]);

/**
 * What the bot understands, as far as this person may use it: one screen, with examples from their own workflows and runs.
 *
 * @throws {AppError} `store_unavailable`, `slack_unavailable`.
 */
export async function helpMessage(request: HelpRequest, context: Context): Promise<CardMessage> {
  const { command } = context;
  const shown = await shownTo(request, context);
  const topics = TOPICS.flatMap((topic) => {
    const commands = commandsOf(topic, shown).map(({ name }) => `\`${name}\``);
    const [example] = topic.examples(shown.examples);
    const line = `• *${topic.title}*: ${[...commands, ...topic.words].join(" ")}`;
    if (commands.length === 0 && topic.words.length === 0) return [];
    return [
      example === undefined ? line : `${line}\n    \`${escapeText(`${command} ${example}`)}\``,
    ];
  });
  const lead =
    "*I run workflows.* AI decides what rules cannot, people approve with a button, results and costs come back to the thread.";
  const names = TOPICS.map(({ name }) => `\`${name}\``).join(", ");
  const more = `\`${command} help\` with one of ${names}, or with a command, says more. A workflow is named by its id or its name, a run by the first characters of its id.`;
  const lines = [lead, ...topics];
  return message([...lines, more].join("\n"), [
    ...sections(lines),
    contextBlock(more),
    contextBlock(WHERE[request.place](command)),
  ]);
}

const WHERE: Readonly<Record<Place, (command: string) => string>> = {
  command: () =>
    "In direct messages, and where you mention me, you can say all of it in your own words.",
  channel: () => "You can say all of it in your own words, too.",
  direct: (command) => `Here \`${command}\` may be left out, and your own words do as well.`,
};

/** A topic with its commands, as far as this person may use them; `null`: there is no such topic. @throws {AppError} as {@link helpMessage}. */
export async function helpOnTopic(
  word: string,
  request: HelpRequest,
  context: Context,
): Promise<CardMessage | null> {
  const said = foldName(word);
  const topic = TOPICS.find(({ name, also }) => name === said || also.includes(said));
  if (topic === undefined) return null;
  const { command } = context;
  const shown = await shownTo(request, context);
  const examples = topic.examples(shown.examples);
  const lines = [
    `*${topic.title}*: ${topic.about}`,
    ...commandsOf(topic, shown).flatMap((one) => formsOf(one, shown.isAdmin, command)),
    ...(examples.length === 0
      ? []
      : [
          `For example: ${examples.map((one) => `\`${escapeText(`${command} ${one}`)}\``).join(", ")}`,
        ]),
  ];
  return message(lines.join("\n"), sections(lines));
}

/** What one command does, and how it is written. */
export function helpOn(subcommand: Subcommand, command: string): CardMessage {
  const { usage, roles, adminForm } = subcommand;
  const lines = formsOf(subcommand, true, command).map((line, index) =>
    index > 0 || !roles.includes("member") ? `${line} (admins)` : line,
  );
  const text = lines.join("\n");
  const takesValues = `${usage} ${adminForm?.usage ?? ""}`.includes("=");
  return message(text, [section(text), ...(takesValues ? [contextBlock(VALUES)] : [])]);
}

const VALUES =
  'A form asks for what you leave out. Values that you write yourself are written `name=value`; those with spaces stand in quotes: `item="Laptop stand"`.';

async function shownTo({ caller, subcommands }: HelpRequest, { engine }: Context): Promise<Shown> {
  const { userId, role } = caller;
  const isAdmin = role === "admin";
  const [runnable, runs, deployable] = await Promise.all([
    engine.workflows.runnableBy(userId),
    engine.executions.list({ startedBy: userId, limit: 1 }, userId),
    isAdmin ? [] : engine.workflows.deployableBy(userId),
  ]);
  const isBuilder = deployable.length > 0;
  const commands = subcommands.filter(
    ({ name, roles, isHidden }) =>
      isHidden !== true && (roles.includes(role) || (isBuilder && FOR_BUILDERS.has(name))),
  );
  const last = runs.executions[0]?.executionId;
  const examples = {
    workflow: runnable[0] ?? null,
    run: last === undefined ? null : shortRunId(last),
  };
  return { commands, isAdmin, examples };
}

function commandsOf(topic: Topic, { commands }: Shown): readonly Subcommand[] {
  return topic.commands.flatMap((name) => commands.find((one) => one.name === name) ?? []);
}

function formsOf(
  { name, usage, summary, adminForm }: Subcommand,
  isAdmin: boolean,
  command: string,
): readonly string[] {
  const forms = [{ usage, summary }, ...(adminForm !== undefined && isAdmin ? [adminForm] : [])];
  return forms.map((form) => {
    const written = [command, name, form.usage].filter((part) => part !== "").join(" ");
    return `• \`${escapeText(written)}\`: ${form.summary}`;
  });
}
