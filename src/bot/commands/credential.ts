import type { KnownBlock } from "@slack/types";
import type { CredentialTest, CredentialView } from "../../engine/api/credentials.ts";
import { CREDENTIAL_KINDS, CREDENTIAL_NAME } from "../../shared/credential-values.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { escapeText, mentionPerson, showTime } from "../../slack/text.ts";
import { toCredentialValue } from "../action-values.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import { credentialDialog, nameOfKind } from "../views/credential-dialog.ts";
import { assertNoMore, readWorkflow, usageOf } from "./named.ts";
import { ADMINS_ONLY, type Answer, type CommandRequest, type Subcommand } from "./subcommand.ts";
import { invalid } from "./tokens.ts";

/** Credentials that one answer lists: each is a block, and a message has fifty. */
const MAX_SHOWN = 40;
const MAX_NAMES = 10;
/** In place of a workflow: all. */
const EVERY = /^(?:\*|all|every|any)$/i;

/** Credentials of services: what is known of them, never their values. */
export const credentialCommand: Subcommand = {
  name: "credential",
  usage:
    "[list|set <name>|allow <name> <workflow>|disallow <name> <workflow>|test <name> [path]|remove <name> [force]]",
  summary:
    "what workflows prove themselves with to services: list, set, test, remove, and who may use which",
  roles: ADMINS_ONLY,
  run: async (request, context) => {
    const [what, ...rest] = request.words;
    switch (what?.toLowerCase()) {
      case undefined:
      case "list":
        return listCredentials(request, context);
      case "set":
        return askValues(rest, request, context);
      case "allow":
        return changeUse("allow", rest, request, context);
      case "disallow":
        return changeUse("disallow", rest, request, context);
      case "test":
        return testCredential(readName(rest, context), request.caller.userId, context, rest[1]);
      case "remove":
        return askRemove(rest, request, context);
      default:
        // Not repeated: it may be a value.
        throw invalid(
          `That is not known here. It is written \`${usageOf(credentialCommand, context.command)}\`.`,
        );
    }
  },
};

async function listCredentials(
  { caller }: CommandRequest,
  { engine, command }: BotContext,
): Promise<CardMessage | string> {
  const credentials = await engine.credentials.list(caller.userId);
  if (credentials.length === 0)
    return `There is no credential. Set one: \`${command} credential set github\`.`;
  const shown = credentials.slice(0, MAX_SHOWN);
  const more = credentials.length - shown.length;
  const title = "*Credentials*";
  const rest = more > 0 ? [section(`_and ${more} more_`)] : [];
  const lines = shown.map(describe);
  return message([title, ...lines].join("\n"), [
    section(title),
    ...shown.map((one, index) => toBlock(one, lines[index] ?? "")),
    ...rest,
  ]);
}

function toBlock({ name, testUrl }: CredentialView, line: string): KnownBlock {
  if (testUrl === null) return section(line);
  const accessory = button({ actionId: ACTION_IDS.testCredential, label: "Test", value: name });
  return { ...section(line), accessory };
}

function describe(credential: CredentialView): string {
  const { name, kind, hosts, testUrl, set, previousUntil } = credential;
  const source =
    set === null
      ? "of the bot's environment"
      : `set by ${mentionPerson(set.by)} ${showTime(set.at)}`;
  return [
    `• \`${name}\` (${nameOfKind(kind)}) for ${escapeText(hosts.join(", "))}; ${source}`,
    `    ${describeUse(credential)}`,
    ...(testUrl === null ? [] : [`    tested at ${escapeText(testUrl)}`]),
    ...(previousUntil === null
      ? []
      : [
          `    the values before are tried where these are refused, until ${showTime(previousUntil)}`,
        ]),
  ].join("\n");
}

function describeUse({ workflows, neededBy, uses }: CredentialView): string {
  const may = workflows.includes("*")
    ? "all workflows may use it"
    : workflows.length === 0
      ? "no workflow may use it"
      : `${listNames(workflows)} may use it`;
  const waiting = neededBy.filter((id) => !workflows.includes("*") && !workflows.includes(id));
  const missing = waiting.length === 0 ? "" : `; ${listNames(waiting)} may not, but needs it`;
  const [last] = uses;
  const used =
    last === undefined ? "never used" : `last used ${showTime(last.at)} by \`${last.workflowId}\``;
  return `${may}${missing}; ${used}`;
}

function listNames(ids: readonly string[]): string {
  const shown = ids.slice(0, MAX_NAMES).map((id) => `\`${id}\``);
  const more = ids.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

async function askValues(
  words: readonly string[],
  { caller }: CommandRequest,
  context: BotContext,
): Promise<Answer> {
  const { command } = context;
  const name = readName(words, context);
  if (words.length > 1) {
    // Not repeated, and not logged.
    throw invalid(
      `Write the name alone: \`${command} credential set ${name}\`. Its values are asked for by a form; what you wrote behind the name is kept nowhere, but if it was a secret, have it replaced where others may have read it.`,
    );
  }
  const dialog = await openedFor(name, caller.userId, context);
  const text = `The values of \`${name}\` are asked for by a form.`;
  const fill = button({ actionId: ACTION_IDS.setCredential, label: "Open the form", value: name });
  return { ...message(text, [section(text), buttons("credential", [fill])]), dialog };
}

/** The dialog for a credential. @throws {AppError} as `assertMaySet` of the engine's credentials. */
export async function openedFor(name: string, by: string, { engine }: Pick<BotContext, "engine">) {
  await engine.credentials.assertMaySet(name, by);
  const existing = await findCredential(name, by, { engine });
  const [first] = CREDENTIAL_KINDS;
  const kind = CREDENTIAL_KINDS.find((one) => one === existing?.kind) ?? first;
  return credentialDialog({ name, kind, existing });
}

/** What has a name; `null`: nothing. @throws {AppError} `not_allowed`. */
export async function findCredential(
  name: string,
  by: string,
  { engine }: Pick<BotContext, "engine">,
): Promise<CredentialView | null> {
  try {
    return await engine.credentials.get(name, by);
  } catch (error) {
    if (isAppError(error, "credential_not_found")) return null;
    throw error;
  }
}

async function changeUse(
  how: "allow" | "disallow",
  words: readonly string[],
  { caller }: CommandRequest,
  context: BotContext,
): Promise<string> {
  const { engine, command } = context;
  const name = readName(words, context);
  const [, ...named] = words;
  const form = { name: `credential ${how} ${name}`, usage: "<workflow>|all" };
  const isAll = named.length === 1 && EVERY.test(named[0] ?? "");
  const { id, rest } = isAll ? { id: "*", rest: [] } : await readWorkflow(named, context, form);
  assertNoMore(rest, context, form);
  const changed = await engine.credentials[how](name, id, caller.userId);
  const who = isAll ? "All workflows" : `\`${id}\``;
  if (how === "allow")
    return changed
      ? `${who} may use \`${name}\` from now on.`
      : `${who} may use \`${name}\` already.`;
  const after = await engine.credentials.get(name, caller.userId);
  const still =
    !isAll && after.workflows.includes("*")
      ? ` All workflows may, though: \`${command} credential disallow ${name} all\` ends that.`
      : "";
  return changed
    ? `${who} may use \`${name}\` no more; a step that does fails.${still}`
    : `${who} was not among those that may use \`${name}\`.${still}`;
}

/** Tests a credential. @returns the answer. @throws {AppError} what the engine's test throws. */
export async function testCredential(
  name: string,
  by: string,
  { engine }: Pick<BotContext, "engine">,
  place?: string,
): Promise<string> {
  const test = await engine.credentials.test(name, by, place);
  return `${test.host} answered with status ${test.status}: ${judge(name, test)}`;
}

function judge(name: string, { status }: CredentialTest): string {
  if (status >= 200 && status < 300) return `it takes \`${name}\`.`;
  if (status === 401 || status === 403) return `it refuses \`${name}\` for this address.`;
  if (status >= 300 && status < 400)
    return "it leads elsewhere, which says nothing of the credential. Test another address.";
  return "that says nothing of the credential. Test another address.";
}

async function askRemove(
  words: readonly string[],
  { caller }: CommandRequest,
  context: BotContext,
): Promise<CardMessage> {
  const { engine, command } = context;
  const name = readName(words, context);
  const force = words[1]?.toLowerCase() === "force";
  if (words.length > (force ? 2 : 1))
    throw invalid(
      `Write \`${command} credential remove ${name}\`, with \`force\` behind it where a workflow needs it.`,
    );
  const { neededBy, from } = await engine.credentials.get(name, caller.userId);
  // The engine says why it cannot be.
  if (from === "environment" || (neededBy.length > 0 && !force))
    await engine.credentials.remove(name, caller.userId);
  const loss =
    neededBy.length === 0 ? "" : ` ${listNames(neededBy)} needs it and fails from then on.`;
  const text = `This removes the credential \`${name}\`. Nothing brings its values back.${loss}`;
  const remove = button({
    actionId: ACTION_IDS.removeCredential,
    label: "Remove",
    style: "danger",
    value: toCredentialValue({ n: name, f: force }),
    confirm: {
      title: "Remove the credential?",
      text: "Steps that use it fail from now on. It can only be set anew.",
      confirm: "Remove",
      deny: "No",
    },
  });
  return message(text, [section(text), buttons("credential", [remove])]);
}

/** The name that comes first. It is repeated only if a credential can have it: it may be a value. */
function readName(words: readonly string[], { command }: Pick<BotContext, "command">): string {
  const name = words[0]?.toLowerCase() ?? "";
  if (CREDENTIAL_NAME.test(name) && words[0]?.length === name.length) return name;
  throw new AppError({
    code: "command_invalid",
    message: `Say which credential, by a name of letters, digits and _: \`${usageOf(credentialCommand, command)}\`. The names are in \`${command} credential\`.`,
  });
}
