import type { Engine } from "../../engine/api/engine.ts";
import type { Definition, InputDefinition } from "../../engine/definition/schema.ts";
import { cut } from "../../slack/limits.ts";
import { escapeText, showValue } from "../../slack/text.ts";

/** An example of each type, for the line that shows how to give a value. */
const EXAMPLES: Readonly<Record<InputDefinition["type"], string>> = {
  string: "text",
  text: "some text",
  number: "12.5",
  integer: "3",
  boolean: "yes",
  date: "2027-01-31",
  select: "option",
  "multi-select": "one,two",
  user: "@person",
  channel: "#channel",
  file: "https://example.com/file.pdf",
  email: "name@example.com",
  url: "https://example.com",
};

/** One line of mrkdwn per input: name, type, whether it must be given, what it is. */
export function describeInputs(definition: Definition): string[] {
  return Object.entries(definition.inputs ?? {}).map(([name, input]) => {
    const need = input.required && input.default === undefined ? "required" : "optional";
    const initial =
      input.default === undefined || input.sensitive
        ? ""
        : `, default ${showValue(input.default, 60)}`;
    const options =
      input.options === undefined ? "" : `: ${input.options.map(escapeText).join(", ")}`;
    const about = [input.label, input.description]
      .filter((part) => part !== undefined)
      .map(escapeText)
      .join(". ");
    return `• \`${name}\` (${input.type}${options}; ${need}${initial})${about === "" ? "" : `: ${about}`}`;
  });
}

/** Lines of one kind in a refusal, and characters of each: with the line to copy they have to fit into one message. */
const MOST_LINES = 10;
const LINE_CHARS = 400;

/** The first of many lines of mrkdwn, and where the rest is, as far as a refusal takes them. */
export function firstLines(
  lines: readonly string[],
  command: string,
  workflowId: string,
): readonly string[] {
  const shown = lines.slice(0, MOST_LINES).map((line) => cut(line, LINE_CHARS));
  const more = lines.length - shown.length;
  return more > 0
    ? [
        ...shown,
        `… and ${more} more. \`${command} show ${escapeText(workflowId)}\` lists all inputs.`,
      ]
    : shown;
}

/** A command that would start the workflow: what was given, and examples for the required values. */
export function exampleLine(
  command: string,
  definition: Definition,
  given: ReadonlyMap<string, string>,
): string {
  const parts = Object.entries(definition.inputs ?? {}).flatMap(([name, input]) => {
    const value =
      given.get(name) ??
      (input.required && input.default === undefined ? exampleOf(input) : undefined);
    if (value === undefined) return [];
    return [`${name}=${quoteValue(input.sensitive ? "…" : value)}`];
  });
  return escapeText([command, "run", definition.id, ...parts].join(" "));
}

function exampleOf(input: InputDefinition): string {
  if (input.options?.[0] !== undefined) return input.options[0];
  const isNumber = input.type === "number" || input.type === "integer";
  if (isNumber && (input.min !== undefined || input.max !== undefined)) {
    return String(Math.ceil(input.min ?? input.max ?? 0));
  }
  return EXAMPLES[input.type];
}

/** A value as it is typed: in quotes where it needs them. */
export function quoteValue(value: string): string {
  if (/^[^\s"'“”‘’„‚‟«»＂`\\=＝]+$/.test(value)) return value;
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** Names of the inputs that a workflow declares. */
export async function inputNames(
  workflowId: string,
  { engine }: { readonly engine: Engine },
): Promise<readonly string[]> {
  const { definition } = await engine.workflows.get(workflowId);
  return Object.keys(definition.inputs ?? {});
}
