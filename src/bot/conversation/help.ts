import type { KnownBlock, StaticSelect } from "@slack/types";
import type { Caller } from "../../engine/api/access.ts";
import { LIMITS } from "../../slack/limits.ts";
import { escapeText } from "../../slack/text.ts";
import { helpMessage } from "../commands/help.ts";
import { SUBCOMMANDS } from "../commands/index.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, type CardMessage, message, section } from "../views/blocks/build.ts";
import { plain } from "../views/dialog.ts";

/** What the bot understands in a conversation; in direct messages with buttons for what is wanted most. @param isDirect - is it one? */
export async function showHelp(
  caller: Caller,
  isDirect: boolean,
  context: BotContext,
): Promise<CardMessage> {
  const { engine, botName } = context;
  const place = isDirect ? "direct" : "channel";
  const here = { engine, command: await botName() };
  const { text, blocks } = await helpMessage({ caller, place, subcommands: SUBCOMMANDS }, here);
  if (!isDirect) return { text, blocks };
  return message(text, [...blocks, menu(await engine.workflows.runnableBy(caller.userId))]);
}

/**
 * A few things that a person can ask for, in their own words.
 *
 * @param isDirect - is it a direct message? Then with buttons for what is wanted most. @param lead - what is said first.
 */
export async function showWelcome(
  { userId }: Caller,
  isDirect: boolean,
  { engine, botName }: BotContext,
  lead = "*I run workflows.* AI decides what rules cannot, people approve with a button, and results and costs come back here.",
): Promise<CardMessage> {
  const workflows = await engine.workflows.runnableBy(userId);
  const known = workflows[0];
  const examples = [
    "build me a workflow that asks @finance to approve purchases over $500",
    "what waits for me?",
    ...(known === undefined ? [] : [`run ${known.name}`, `what did ${known.name} cost this week?`]),
    "how are my runs going?",
  ].map((example) => `• ${escapeText(example)}`);
  const name = await botName();
  const lines = [
    lead,
    `Tell me in your own words, for example:\n${examples.join("\n")}`,
    `\`help\` shows every command; in a channel begin with my name, such as \`${name} run ${known?.id ?? "&lt;id&gt;"}\`.`,
  ];
  const blocks = lines.map((line) => section(line));
  return message(lines.join("\n"), isDirect ? [...blocks, menu(workflows)] : blocks);
}

/** In a split view and in threads Slack has no slash commands. */
function menu(workflows: readonly { readonly id: string; readonly name: string }[]): KnownBlock {
  const options = workflows
    .filter(({ id }) => id.length <= LIMITS.optionValue)
    .slice(0, LIMITS.optionsCount)
    .map(({ id, name }) => ({ text: plain(name, LIMITS.optionText), value: id }));
  const run: StaticSelect = {
    type: "static_select",
    action_id: ACTION_IDS.askRun,
    placeholder: plain("Run …", LIMITS.optionText),
    options,
  };
  return {
    type: "actions",
    block_id: "menu",
    elements: [
      ...(options.length > 0 ? [run] : []),
      button({ actionId: ACTION_IDS.askStatus, label: "Status", value: "status" }),
      button({ actionId: ACTION_IDS.askPending, label: "Decide", value: "approvals" }),
    ],
  };
}
