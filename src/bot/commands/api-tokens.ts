import type { NewToken, TokenView } from "../../engine/api/tokens.ts";
import { TOKEN_SCOPES, type TokenScope } from "../../engine/ports/tokens.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { ANSWER } from "../../slack/outgoing/sender.ts";
import { escapeText, mentionPerson, showTime } from "../../slack/text.ts";
import { toTokenValue } from "../action-values.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import { usageOf } from "./named.ts";
import { type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { invalid, showTyped } from "./tokens.ts";

/** Tokens that one answer lists. */
const MAX_SHOWN = 30;

/** Tokens of the API: a person's own, for admins all. */
export const tokenCommand: Subcommand = {
  name: "token",
  usage: "[create <name> [scopes=read,run] [days=90]|revoke <id>]",
  summary: "tokens by which programs use the API in your name: list, create, revoke",
  roles: EVERY_ROLE,
  valueNames: ["scopes", "days"],
  run: async (request, context) => {
    const [what, ...rest] = request.words;
    switch (what?.toLowerCase()) {
      case undefined:
      case "list":
        return listTokens(request, context);
      case "create":
        return createToken(rest, request, context);
      case "revoke":
        return askRevoke(rest, request, context);
      default:
        throw invalid(
          `“${showTyped(what ?? "", 40)}” is not known here. It is written \`${usageOf(tokenCommand, context.command)}\`.`,
        );
    }
  },
};

async function listTokens({ caller }: CommandRequest, context: BotContext): Promise<string> {
  const { engine, command, clock } = context;
  const tokens = await engine.tokens.list(caller.userId);
  if (tokens.length === 0)
    return `You have no token. Create one: \`${command} token create nightly-report scopes=read,run days=30\`.`;
  const lines = tokens.slice(0, MAX_SHOWN).map((token) => describe(token, clock.now()));
  const more = tokens.length - lines.length;
  return [
    caller.role === "admin" ? "*Tokens of the API*" : "*Your tokens of the API*",
    ...lines,
    ...(more > 0 ? [`_and ${more} more_`] : []),
  ].join("\n");
}

function describe(token: TokenView, now: number): string {
  const { id, name, owner, scopes, expiresAt, lastUsedAt } = token;
  const end = expiresAt <= now ? "expired" : `until ${showTime(expiresAt)}`;
  const use = lastUsedAt === null ? "never used" : `last used ${showTime(lastUsedAt)}`;
  return `• \`${id}\` *${escapeText(name)}* of ${mentionPerson(owner)}: ${scopes.join(", ")}; ${end}; ${use}`;
}

async function createToken(
  words: readonly string[],
  { caller, values }: CommandRequest,
  context: BotContext,
): Promise<string> {
  const { engine, command } = context;
  if (words.length === 0) {
    throw invalid(
      `Say what the token is for: \`${command} token create nightly-report scopes=read,run days=30\`.`,
    );
  }
  const days = readDays(values.get("days"));
  const { userId: owner } = caller;
  const scopes = readScopes(values.get("scopes") ?? "read");
  const created = await engine.tokens.create(
    { name: words.join(" "), owner, scopes, ...omitUndefined({ days }) },
    owner,
  );
  await deliver(created, context);
  return `I sent you the token \`${created.view.id}\` by direct message. It is shown there once and kept nowhere else.`;
}

/** By direct message alone, wherever the command was written. What cannot be delivered must not stay valid. */
async function deliver({ token, view }: NewToken, context: BotContext): Promise<void> {
  const { engine, sender, command } = context;
  const { id, name, owner, scopes, expiresAt } = view;
  const text = [
    `Your token *${escapeText(name)}* (${scopes.join(", ")}; until ${showTime(expiresAt)}):`,
    `\`\`\`${token}\`\`\``,
    `Programs send it as \`Authorization: Bearer …\` and act in your name. Copy it to where it is needed and delete this message: I cannot show it again. \`${command} token revoke ${id}\` ends it.`,
  ].join("\n");
  try {
    await sender.post({ channel: owner, text, blocks: [section(text)] }, ANSWER);
  } catch (error) {
    await engine.tokens.revoke(id, owner);
    throw error;
  }
}

function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw invalid(`“${showTyped(text, 40)}” is no number of days. Write one such as \`days=30\`.`);
}

function readScopes(text: string): readonly TokenScope[] {
  const words = text.toLowerCase().split(/[\s,]+/);
  const wanted = words.filter((word) => word !== "");
  const unknown = wanted.find((word) => !TOKEN_SCOPES.some((scope) => scope === word));
  if (unknown === undefined && wanted.length > 0)
    return TOKEN_SCOPES.filter((scope) => wanted.includes(scope));
  throw invalid(
    `“${showTyped(unknown ?? text, 40)}” is no scope. Write some of \`${TOKEN_SCOPES.join("`, `")}\`, such as \`scopes=read,run\`.`,
  );
}

async function askRevoke(
  [id, ...more]: readonly string[],
  { caller }: CommandRequest,
  { engine, command }: BotContext,
): Promise<CardMessage> {
  const tokens = await engine.tokens.list(caller.userId);
  const fitting = id === undefined ? [] : tokens.filter((token) => token.id.startsWith(id));
  const [token] = fitting;
  if (token === undefined || fitting.length > 1 || more.length > 0) {
    throw invalid(
      `Say which token, by its id: \`${command} token revoke tok_…\`. The ids are in \`${command} token\`.`,
    );
  }
  const name = escapeText(token.name);
  const text = `This ends the token *${name}* (\`${token.id}\`) of ${mentionPerson(token.owner)} at once.`;
  const revoke = button({
    actionId: ACTION_IDS.revokeToken,
    label: "Revoke",
    style: "danger",
    value: toTokenValue({ t: token.id }),
    confirm: {
      title: "Revoke the token?",
      text: "Programs that use it are refused from now on. It cannot be taken back.",
      confirm: "Revoke",
      deny: "No",
    },
  });
  return message(text, [section(text), buttons("token", [revoke])]);
}

/** Ends a token. @returns the answer. @throws {AppError} `token_not_found`. */
export async function revokeToken(
  { engine }: Pick<BotContext, "engine">,
  id: string,
  by: string,
): Promise<string> {
  const { name } = await engine.tokens.revoke(id, by);
  return `The token *${escapeText(name)}* (\`${id}\`) is revoked.`;
}
