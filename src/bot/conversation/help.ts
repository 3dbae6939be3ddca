import type { KnownBlock, StaticSelect } from "@slack/types";
import type { Caller } from "../../engine/api/access.ts";
import { LIMITS } from "../../slack/limits.ts";
import { helpMessage } from "../commands/help.ts";
import { SUBCOMMANDS } from "../commands/index.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, type CardMessage, message } from "../views/blocks/build.ts";
import { plain } from "../views/dialog.ts";

/** What the bot understands in a conversation; in direct messages with buttons for what is wanted most. @param isDirect - is it one? */
export async function showHelp(
  { role }: Caller,
  isDirect: boolean,
  { engine, botName }: BotContext,
): Promise<CardMessage> {
  const { text, blocks } = helpMessage(
    role,
    await botName(),
    SUBCOMMANDS,
    isDirect ? "direct" : "channel",
  );
  if (!isDirect) return { text, blocks };
  return message(text, [...blocks, menu(await engine.workflows.list())]);
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
