import type { Engine } from "../../engine/api/engine.ts";
import { nearest } from "../../shared/did-you-mean.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { dropUnseen } from "../../shared/unseen.ts";
import type { Subcommand } from "./subcommand.ts";
import { invalid, showTyped } from "./tokens.ts";

/** How a name is compared: as people read it, without what copying adds around it. */
export function foldName(text: string): string {
  return dropUnseen(text)
    .normalize("NFKC")
    .toUpperCase()
    .toLowerCase()
    .replaceAll("’", "'")
    .replaceAll(/[\s_-]+/g, " ")
    .replace(/^["'`“”„‘’«»<([{\s]+/u, "")
    .replace(/["'`“”‘’«»>)\]}\s.,;:!?…。、！？]+$/u, "");
}

/** What is used to find what a command names. */
export interface Lookup {
  readonly engine: Engine;
  /** What people type before a subcommand. */
  readonly command: string;
}

/** How a command is written. */
type Form = Pick<Subcommand, "name" | "usage">;

export function usageOf({ name, usage }: Form, command: string): string {
  return [command, name, usage].filter((part) => part !== "").join(" ");
}

/** A workflow that was named, and the words after its name. */
export interface NamedWorkflow {
  readonly id: string;
  readonly rest: readonly string[];
}

interface Known {
  readonly id: string;
  readonly name: string;
  readonly archived?: unknown;
}

/** Names have 120 characters at most; what people write beside them is no name. */
const MAX_NAME = 200;
const MAX_WORDS = 40;

/**
 * The workflow that words begin with: by its id or its name, in any case; the longest name that fits.
 *
 * @returns `null` if they begin with none. @throws {AppError} `command_invalid` if several have this name.
 */
export async function findWorkflow(
  words: readonly string[],
  { engine, command }: Lookup,
): Promise<NamedWorkflow | null> {
  const workflows = await engine.workflows.list({ archived: true });
  for (let length = Math.min(words.length, MAX_WORDS); length > 0; length--) {
    const typed = words.slice(0, length).join(" ");
    if (typed.length > MAX_NAME) continue;
    const exact = workflows.find(({ id }) => id === typed);
    const fitting = exact ? [exact] : fittingWorkflows(typed, workflows);
    const [first, ...others] = fitting;
    if (first === undefined) continue;
    if (others.length > 0) {
      const ids = fitting.map(({ id }) => `\`${id}\``).join(", ");
      throw invalid(
        `“${showTyped(typed, 80)}” can mean several workflows: ${ids}. Write the id of one; ${command} list shows what each is for.`,
      );
    }
    return { id: first.id, rest: words.slice(length) };
  }
  return null;
}

/** An id goes before a name, and what is in use before what is archived. */
function fittingWorkflows(typed: string, workflows: readonly Known[]): readonly Known[] {
  const wanted = foldName(typed);
  if (wanted === "") return [];
  const byId = workflows.filter(({ id }) => foldName(id) === wanted);
  const fitting =
    byId.length > 0 ? byId : workflows.filter(({ name }) => foldName(name) === wanted);
  const inUse = fitting.filter(({ archived }) => archived === undefined);
  return inUse.length > 0 ? inUse : fitting;
}

/**
 * The workflow that a command names first.
 *
 * @throws {AppError} `command_invalid` if none is named, `workflow_not_found` with the nearest one.
 */
export async function readWorkflow(
  words: readonly string[],
  lookup: Lookup,
  form: Form,
): Promise<NamedWorkflow> {
  const { command } = lookup;
  if (words.length === 0) {
    throw invalid(
      `Say which workflow: \`${usageOf(form, command)}\`. The ids are in \`${command} list\`.`,
    );
  }
  return (await findWorkflow(words, lookup)) ?? (await noWorkflow(words, lookup, form));
}

async function noWorkflow(words: readonly string[], lookup: Lookup, form: Form): Promise<never> {
  const { engine, command } = lookup;
  const [word = ""] = words;
  const message = [`There is no workflow “${showTyped(words.join(" "), 80)}”.`];
  const near = nearestWorkflow(words, await engine.workflows.list());
  if (near !== null) message.push(`Did you mean \`${command} ${form.name} ${near}\`?`);
  else if (await isRun(word, engine))
    message.push(`That is a run: \`${command} status ${cleanRunId(word)}\` shows it.`);
  message.push(`The ids are in \`${command} list\`.`);
  throw new AppError({ code: "workflow_not_found", message: message.join(" ") });
}

/** The id of the workflow whose id or name is nearest to what the words begin with. */
function nearestWorkflow(words: readonly string[], workflows: readonly Known[]): string | null {
  const names = new Map(
    workflows.flatMap(({ id, name }) => [
      [foldName(name), id],
      [foldName(id), id],
    ]),
  );
  for (let length = Math.min(words.length, MAX_WORDS); length > 0; length--) {
    const near = nearest(foldName(words.slice(0, length).join(" ")), names.keys());
    if (near !== null) return names.get(near) ?? null;
  }
  return null;
}

async function isRun(word: string, engine: Engine): Promise<boolean> {
  try {
    await engine.executions.resolveId(cleanRunId(word));
    return true;
  } catch (error) {
    if (isAppError(error, "execution_not_found") || isAppError(error, "execution_ambiguous"))
      return false;
    throw error;
  }
}

/** A run that was named, and the words after it. */
export interface NamedRun {
  readonly executionId: string;
  readonly rest: readonly string[];
}

/**
 * The run that a command names first, by its id or the beginning of one; the word `run` before it is left out.
 *
 * @throws {AppError} `command_invalid` if none is named, `execution_not_found`, `execution_ambiguous`.
 */
export async function readRun(
  words: readonly string[],
  lookup: Lookup,
  form: Form,
): Promise<NamedRun> {
  const { engine, command } = lookup;
  const [first, ...rest] = /^run$/i.test(words[0] ?? "") ? words.slice(1) : words;
  if (first === undefined) {
    throw invalid(
      `Say which run: \`${usageOf(form, command)}\`. Its id stands on its card; the newest are in \`${command} runs\`.`,
    );
  }
  try {
    return { executionId: await engine.executions.resolveId(cleanRunId(first)), rest };
  } catch (error) {
    // What says when and by whom it was removed says more.
    if (!isAppError(error, "execution_not_found") || "removedAt" in error.details) throw error;
    const workflow = await findWorkflow(words, lookup);
    const hint =
      workflow === null
        ? `The newest are in \`${command} runs\`.`
        : `\`${workflow.id}\` is a workflow; its runs are in \`${command} runs ${workflow.id}\`.`;
    const message = `There is no run “${showTyped(first, 80)}”. ${hint}`;
    throw new AppError({ code: "execution_not_found", message, cause: error });
  }
}

function cleanRunId(word: string): string {
  return word
    .normalize("NFKC")
    .replace(/^[<([{"'`#]+/, "")
    .replace(/[>)\]}"'`.,;:!?…]+$/, "");
}

/** Nothing may follow. @throws {AppError} `command_invalid`. */
export function assertNoMore(
  rest: readonly string[],
  { command }: Pick<Lookup, "command">,
  form: Form,
): void {
  if (rest.length === 0) return;
  throw invalid(
    `“${showTyped(rest.join(" "), 80)}” is more than this command takes. It is written \`${usageOf(form, command)}\`.`,
  );
}
