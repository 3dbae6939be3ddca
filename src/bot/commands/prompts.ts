import { nearest } from "../../shared/did-you-mean.ts";
import { escapeText } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { assertMayDeploy } from "../permissions.ts";
import type { CardMessage } from "../views/blocks/build.ts";
import { describeAsked, promptCard, promptList } from "../views/prompt-list.ts";
import { type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { invalid, showTyped } from "./tokens.ts";

const ACTIONS = ["add", "split", "promote", "rollback"] as const;

export const promptsCommand: Subcommand = {
  name: "prompts",
  usage: "[name] [split v2 20 | promote v2 | rollback | add text=…]",
  summary: "named prompts, their versions and how these fare; admins choose which is asked",
  roles: EVERY_ROLE,
  valueNames: ["text", "note"],
  run: async (request, context) => {
    const { engine, command } = context;
    const [name, action] = request.words;
    if (name === undefined) {
      const prompts = await engine.prompts.list();
      if (prompts.length > 0) return promptList(prompts, command);
      return "There are no named prompts. Steps may name one with `promptRef`; files in `workflows/prompts` and the API add them.";
    }
    if (action === undefined) return showPrompt(name, context);
    return change(name, action, request, context);
  },
};

async function showPrompt(
  name: string,
  { engine: { prompts }, command }: BotContext,
): Promise<CardMessage> {
  return promptCard(await prompts.get(name), await prompts.compare(name), command);
}

async function change(
  name: string,
  action: string,
  { words, values, caller }: CommandRequest,
  { engine: { prompts }, permissions, command }: BotContext,
): Promise<string> {
  assertMayDeploy(
    caller,
    permissions.admins,
    `they choose what is asked with ${command} prompts ${name}.`,
  );
  const by = caller.userId;
  const [, , version, percent] = words;
  switch (action) {
    case "add": {
      const {
        version: number,
        changed,
        active,
      } = await prompts.add({
        name,
        text: values.get("text") ?? "",
        by,
        ...optional("note", values.get("note")),
      });
      const kept = changed ? "is stored" : "has this text already";
      const next = active
        ? "It is asked."
        : `Try it on a share of the runs: \`${command} prompts ${name} split v${number} 20\``;
      return `Version ${number} of \`${escapeText(name)}\` ${kept}. ${next}`;
    }
    case "split": {
      const record = await prompts.split(name, toNumber(version), toNumber(percent), by);
      return `\`${escapeText(name)}\`: ${describeAsked(record)}. Runs under way keep the version they began with.`;
    }
    case "promote": {
      const record = await prompts.promote(name, toNumber(version), by);
      return `\`${escapeText(name)}\`: ${describeAsked(record)}.`;
    }
    case "rollback": {
      const record = await prompts.rollBack(name, by);
      return `\`${escapeText(name)}\`: back again, ${describeAsked(record)}.`;
    }
    default:
      throw invalid(
        `“${showTyped(action, 40)}” is not known for prompts. Write one of ${ACTIONS.join(", ")}: \`${command} prompts ${showTyped(name, 60)} ${nearest(action, ACTIONS) ?? "promote"} …\`.`,
      );
  }
}

/** `v2`, `2` or `20%`. */
function toNumber(word: string | undefined): number {
  const digits = /^v?(\d{1,9})%?$/i.exec(word ?? "")?.[1];
  if (digits !== undefined) return Number(digits);
  const what =
    word === undefined ? "A number is missing." : `“${showTyped(word, 40)}” is not a number.`;
  throw invalid(`${what} Write, for example, \`split v2 20\` or \`promote v2\`.`);
}

function optional<Name extends string>(
  name: Name,
  value: string | undefined,
): Partial<Record<Name, string>> {
  const given: Partial<Record<Name, string>> = {};
  if (value !== undefined) given[name] = value;
  return given;
}
