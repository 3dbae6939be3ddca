import { AppError } from "../../shared/errors.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { escapeText, showSentence } from "../../slack/text.ts";
import { message, sections } from "../views/blocks/build.ts";
import { assertNoMore, readWorkflow, usageOf } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

/** Who may do what with a workflow, and why. */
export const accessCommand: Subcommand = {
  name: "access",
  usage: "<id> [@person]",
  summary: "what you, or another person, may do with a workflow and why; whom to ask",
  roles: EVERY_ROLE,
  run: async ({ words, caller }, context) => {
    const { engine, command } = context;
    const { id, rest } = await readWorkflow(words, context, accessCommand);
    const [mention, ...more] = rest;
    assertNoMore(more, context, accessCommand);
    const usage = usageOf(accessCommand, command);
    const person = mention === undefined ? caller.userId : readPerson(mention, usage);
    const lines = await engine.access.explain(id, person, caller.userId);
    const title = `*${escapeText(id)}*`;
    const shown = [title, ...lines.map((line) => `• ${showSentence(line)}`)];
    return message(shown.join("\n"), sections(shown));
  },
};

/** Slack turns `@bob` into a mention; an id does as well. */
export function readPerson(word: string, usage: string): string {
  const id = /^<@([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(word)?.[1] ?? word;
  if (isUserId(id)) return id;
  throw new AppError({
    code: "command_invalid",
    message: `"${word.slice(0, 40)}" names no person. Choose them from Slack's list after typing @: ${usage}`,
  });
}
