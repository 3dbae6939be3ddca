import { readInput } from "../../engine/definition/inputs.ts";
import type { Definition } from "../../engine/definition/schema.ts";
import type { AppError } from "../../shared/errors.ts";
import { shorten } from "../../shared/shorten.ts";
import { escapeText } from "../../slack/text.ts";
import { describeInputs, exampleLine, firstLines, quoteValue } from "./inputs-help.ts";
import type { Lookup } from "./named.ts";
import type { CommandRequest } from "./subcommand.ts";
import { invalid, showTyped } from "./tokens.ts";

type Values = CommandRequest["values"];

/** Workflows whose ids are named where none was given. */
const IDS_NAMED = 5;
/** Characters of a line to copy. */
const MAX_LINE = 1000;

/** The command that starts a workflow with these words and values, to be copied: as far as a line is shown. */
export function runLine(
  command: string,
  workflowId: string,
  words: readonly string[],
  values: Values,
): string {
  const given = [...values].map(([name, value]) => `${name}=${quoteValue(value)}`);
  return showTyped([command, "run", workflowId, ...words, ...given].join(" "), MAX_LINE);
}

/** What is said to people who name no workflow, with a line to copy. */
export async function noWorkflowGiven(
  values: Values,
  { engine, command }: Lookup,
): Promise<AppError> {
  const workflows = await engine.workflows.list();
  const [first] = workflows;
  if (first === undefined) return invalid("There are no workflows yet, so nothing can be started.");
  const line = runLine(command, first.id, [], values);
  const ids = workflows.slice(0, IDS_NAMED).map(({ id }) => `\`${id}\``);
  const more = workflows.length > IDS_NAMED ? ` and more (\`${command} list\`)` : "";
  const what = values.size > 0 ? "The workflow's id comes before the values" : "Say which workflow";
  return invalid(`${what}, such as \`${line}\`. There are ${ids.join(", ")}${more}.`);
}

/** What is said of words without names, which are never guessed at: lines of mrkdwn, the last of them to copy. */
export function explainWords(
  definition: Definition,
  words: readonly string[],
  given: Values,
  command: string,
): readonly string[] {
  const hasInputs = Object.keys(definition.inputs ?? {}).length > 0;
  const shown = words.map((word) => `“${escapeText(shorten(word, 60))}”`).join(", ");
  const example = hasInputs
    ? exampleLine(command, definition, given)
    : escapeText([command, "run", definition.id, ...namedAsMeant(words)].join(" "));
  return [
    `:warning: *${escapeText(definition.name)}* was not started: ${shown} ${words.length === 1 ? "has no name" : "have no names"}. Every value is written \`name=value\`, in quotes if it has spaces: \`name="two words"\`.`,
    ...(hasInputs
      ? ["*What it needs*", ...firstLines(describeInputs(definition), command, definition.id)]
      : []),
    `${hasInputs ? "Perhaps like" : "Like"} this: \`${example}\``,
  ];
}

/** Words without inputs to give them to: `days:3` as `days=3`, else all of them as one value. */
function namedAsMeant(words: readonly string[]): readonly string[] {
  const text = words.join(" ");
  const [, name, value] = /^([A-Za-z_]\w{0,63})[:：]\s*(\S[^:：]*)$/.exec(text) ?? [];
  return [`${name ?? "name"}=${quoteValue(value ?? text)}`];
}

/**
 * What the words may be meant as: each is given to the first input that it fits and that has no value yet, `amount 640` by the name,
 * else by type and order.
 */
export function assignWords(
  { inputs = {} }: Definition,
  words: readonly string[],
  values: Values,
): Values {
  const given = new Map(values);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const next = words[at + 1];
    if (Object.hasOwn(inputs, word) && next !== undefined && !given.has(word)) {
      given.set(word, next);
      at++;
      continue;
    }
    const fitting = Object.entries(inputs).filter(
      ([name, input]) =>
        !given.has(name) && readInput(name, input, word, "text").problems.length === 0,
    );
    // Every word is text: what takes only some words was rather meant.
    const found = fitting.find(([, { type }]) => !["string", "text"].includes(type)) ?? fitting[0];
    if (found !== undefined) given.set(found[0], word);
  }
  return given;
}
