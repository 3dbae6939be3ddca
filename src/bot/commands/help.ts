import type { Role } from "../../engine/api/access.ts";
import { escapeText } from "../../slack/text.ts";
import { type CardMessage, contextBlock, message, section } from "../views/blocks/build.ts";
import type { Subcommand } from "./subcommand.ts";

/** Where a person asks for help: what they type first differs. */
type Place = "command" | "channel" | "direct";

/** How a workflow is asked for, by place. */
const BUILD: Readonly<Record<Place, string>> = {
  command:
    "To have a workflow built, write to me in a direct message: `build me a workflow that …`. You see a draft, and an admin deploys it.",
  channel:
    "To have a workflow built, mention me: `build me a workflow that …`. You see a draft in the thread, and an admin deploys it.",
  direct:
    "To have a workflow built, write: `build me a workflow that …`. You see a draft, and an admin deploys it.",
};

/**
 * What the bot understands, as far as this role may use it.
 *
 * @param command - what people type first: `/workflow`, or the name of the bot in a conversation.
 */
export function helpMessage(
  role: Role,
  command: string,
  subcommands: readonly Subcommand[],
  place: Place = "command",
): CardMessage {
  const lines = subcommands
    .filter((subcommand) => subcommand.roles.includes(role) && subcommand.isHidden !== true)
    .flatMap(({ name, usage, summary, adminForm }) => [
      { name, usage, summary },
      ...(adminForm && role === "admin" ? [{ name, ...adminForm }] : []),
    ])
    .map((form) => describeForm(form, command));
  const text = `*I run workflows.* AI decides what rules cannot, people approve with a button, results and costs come back to the thread.\n${lines.join("\n")}`;
  const hint = `A run can be named by the first characters of its id, a workflow by its id or its name. ${VALUES}`;
  const notes = [
    ...(place === "direct" ? [`Here \`${command}\` may be left out.`] : []),
    BUILD[place],
  ];
  return message(text, [section(text), contextBlock(hint), contextBlock(...notes)]);
}

const VALUES =
  'Values are written `name=value`; those with spaces stand in quotes: `item="Laptop stand"`.';

/** What one command does, and how it is written. */
export function helpOn(
  { name, usage, summary, roles, adminForm }: Subcommand,
  command: string,
): CardMessage {
  const isForAdmins = !roles.includes("member");
  const lines = [
    describeForm({ name, usage, summary: isForAdmins ? `${summary} (admins)` : summary }, command),
    ...(adminForm
      ? [describeForm({ name, ...adminForm, summary: `${adminForm.summary} (admins)` }, command)]
      : []),
  ];
  const text = lines.join("\n");
  const takesValues = `${usage} ${adminForm?.usage ?? ""}`.includes("=");
  return message(text, [section(text), ...(takesValues ? [contextBlock(VALUES)] : [])]);
}

function describeForm(
  { name, usage, summary }: Pick<Subcommand, "name" | "usage" | "summary">,
  command: string,
): string {
  const form = escapeText([command, name, usage].filter((part) => part !== "").join(" "));
  return `• \`${form}\`: ${summary}`;
}
