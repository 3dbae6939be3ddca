import type { Engine } from "../../engine/api/engine.ts";
import type { Activation } from "../../engine/api/workflows.ts";
import { escapeText, mentionPerson, showTime } from "../../slack/text.ts";
import { type CardMessage, message, section, sections } from "../views/blocks/build.ts";
import { partOrWhole } from "../views/definition-preview.ts";
import { describeDiff } from "../views/version-diff.ts";
import { assertNoMore, readWorkflow, usageOf } from "./named.ts";
import { ADMINS_ONLY, EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { invalid, showTyped } from "./tokens.ts";

const VERSIONS_SHOWN = 20;

export const versionsCommand: Subcommand = {
  name: "versions",
  usage: "<id>",
  summary: "the versions of a workflow, and which one is active",
  roles: EVERY_ROLE,
  run: async ({ words }, context) => {
    const { engine, command } = context;
    const { id, rest } = await readWorkflow(words, context, versionsCommand);
    assertNoMore(rest, context, versionsCommand);
    const versions = await engine.workflows.versions(id);
    const lines = versions.slice(0, VERSIONS_SHOWN).map(({ version, active, ...deployed }) => {
      const mark = active ? " · *active*" : "";
      return `• version ${version}${mark} · ${mentionPerson(deployed.deployedBy)} ${showTime(deployed.deployedAt)}`;
    });
    if (versions.length > VERSIONS_SHOWN)
      lines.push(`_and ${versions.length - VERSIONS_SHOWN} older ones_`);
    lines.push(`What changed: \`${command} diff ${escapeText(id)}\`.`);
    return message(lines.join("\n"), sections(lines));
  },
};

export const diffCommand: Subcommand = {
  name: "diff",
  usage: "<id> [from] [to]",
  summary: "what changed between two versions; without numbers: up to the active one",
  roles: EVERY_ROLE,
  run: async ({ words }, context) => {
    const { engine, command } = context;
    const usage = usageOf(diffCommand, command);
    const { id, rest } = await readWorkflow(words, context, diffCommand);
    assertNoMore(rest.slice(2), context, diffCommand);
    const versions = await engine.workflows.versions(id);
    const active = versions.find((version) => version.active)?.version ?? 1;
    const to = readVersion(rest[1], usage) ?? active;
    const before = versions.find(({ version }) => version < to)?.version;
    const from = readVersion(rest[0], usage) ?? before;
    if (from === undefined) return `Version ${to} is the first one; there is nothing before it.`;
    return showDiff(engine, id, from, to, `*${escapeText(id)}*: version ${from} → ${to}`);
  },
};

export const rollbackCommand: Subcommand = {
  name: "rollback",
  usage: "<id> [version]",
  summary: "make an earlier version the active one; without a number: the one before",
  roles: ADMINS_ONLY,
  run: async ({ words, caller }, context) => {
    const { engine, command } = context;
    const { id, rest } = await readWorkflow(words, context, rollbackCommand);
    assertNoMore(rest.slice(1), context, rollbackCommand);
    const version = readVersion(rest[0], usageOf(rollbackCommand, command));
    const { userId } = caller;
    const activation =
      version === undefined
        ? await engine.workflows.rollBack(id, userId)
        : await engine.workflows.activate(id, version, userId);
    return showActivation(engine, activation, command);
  },
};

export const activateCommand: Subcommand = {
  name: "activate",
  usage: "<id> <version>",
  summary: "make a version the active one",
  roles: ADMINS_ONLY,
  run: async ({ words, caller }, context) => {
    const { engine, command } = context;
    const { id, rest } = await readWorkflow(words, context, activateCommand);
    assertNoMore(rest.slice(1), context, activateCommand);
    const version = readVersion(rest[0], usageOf(activateCommand, command));
    if (version === undefined) {
      throw invalid(
        `Say which version: \`${command} activate ${id} <version>\`. They are in \`${command} versions ${id}\`.`,
      );
    }
    return showActivation(
      engine,
      await engine.workflows.activate(id, version, caller.userId),
      command,
    );
  },
};

function showActivation(
  engine: Engine,
  { workflowId, version, previous }: Activation,
  command: string,
): Promise<CardMessage> | string {
  const id = escapeText(workflowId);
  if (version === previous) return `Version ${version} of *${id}* is the active one already.`;
  const title = `:white_check_mark: *${id}*: version ${version} is active now, before it was ${previous}. Runs under way keep theirs. To undo it: \`${command} activate ${id} ${previous}\`.`;
  return showDiff(engine, workflowId, previous, version, title);
}

async function showDiff(
  engine: Engine,
  workflowId: string,
  from: number,
  to: number,
  title: string,
): Promise<CardMessage> {
  const diff = await engine.workflows.diff(workflowId, from, to);
  const lines = describeDiff(diff);
  const shown = partOrWhole(lines, { w: workflowId, f: from, t: to });
  return message(title, [section(title), ...shown]);
}

/** A version number such as `3` or `v3`. @throws {AppError} `command_invalid`. */
export function readVersion(word: string | undefined, usage: string): number | undefined {
  if (word === undefined) return undefined;
  const text = word.replace(/^v/i, "");
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw invalid(
    `“${showTyped(word, 40)}” is not the number of a version, such as 3. It is written \`${usage}\`.`,
  );
}
