import { writeFile } from "node:fs/promises";
import type { DefinitionChange, DefinitionDiff } from "../../../src/engine/definition/diff.ts";
import { isAppError } from "../../../src/shared/errors.ts";
import { isJsonObject, type Json, toJson } from "../../../src/shared/json.ts";
import { endpoints } from "../../../src/web/endpoints/index.ts";
import { type Command, type Context, EXIT } from "../command.ts";
import {
  type DefinitionFile,
  type PlacedProblem,
  placed,
  readDefinition,
  showProblem,
  syntaxProblems,
} from "../definition-file.ts";
import { ProblemList } from "./problem-list.ts";
import { toVersion } from "./values.ts";

/** Files with definitions, in the order in which they were given; those that are no JSON are reported. */
async function readAll(
  { terminal }: Context,
  files: readonly string[],
  json: boolean,
): Promise<{ readonly read: readonly DefinitionFile[]; readonly areWhole: boolean }> {
  const read: DefinitionFile[] = [];
  for (const file of files) {
    try {
      read.push(await readDefinition(file));
    } catch (error) {
      const problems = syntaxProblems(file, error);
      if (json) terminal.printJson({ file, valid: false, problems, warnings: [] });
      else noteAll(terminal, "problem", problems);
    }
  }
  return { read, areWhole: read.length === files.length };
}

function noteAll(
  terminal: Context["terminal"],
  kind: "problem" | "warning",
  all: readonly PlacedProblem[],
): void {
  for (const one of all) terminal.note(showProblem(one, kind, terminal));
}

/** Loaded where it is needed: it takes longer than all the rest. */
function localEngine() {
  return import("../local-engine.ts");
}

export const validate: Command = {
  name: "validate",
  summary: "checks definitions as a deployment does; asks no bot",
  takes: "<file…>",
  count: [1, Number.POSITIVE_INFINITY],
  options: {},
  more: "A problem is shown as file:line:column: path: what is wrong, and below it what to do. What only a workspace knows, such as whether a channel exists, is not checked. `-` is standard input.",
  async run(context, given) {
    const { terminal } = context;
    const json = given.has("json");
    const { read, areWhole } = await readAll(context, given.args, json);
    let areValid = areWhole;
    const { validateBeside } = await localEngine();
    for (const one of read) {
      const result = await validateBeside(one.file, one.source);
      const problems = placed(one, result.problems);
      const warnings = placed(one, result.warnings);
      const valid = problems.length === 0;
      areValid &&= valid;
      if (json) {
        terminal.printJson({ file: one.file, valid, problems, warnings });
        continue;
      }
      noteAll(terminal, "problem", problems);
      noteAll(terminal, "warning", warnings);
      if (valid) terminal.print(`${one.file}: ${terminal.style("green", "valid")}`);
    }
    return areValid ? EXIT.ok : EXIT.problems;
  },
};

export const deploy: Command = {
  name: "deploy",
  summary: "makes definitions the active versions on the bot",
  takes: "<file…>",
  count: [1, Number.POSITIVE_INFINITY],
  options: {},
  more: "Each file by itself, in the order given; one that has problems is left out. Deploying what is active already changes nothing.",
  async run(context, given) {
    const json = given.has("json");
    const { read, areWhole } = await readAll(context, given.args, json);
    let areDeployed = areWhole;
    for (const one of read) areDeployed = (await deployOne(context, one, json)) && areDeployed;
    return areDeployed ? EXIT.ok : EXIT.problems;
  },
};

async function deployOne(
  { terminal, bot }: Context,
  one: DefinitionFile,
  json: boolean,
): Promise<boolean> {
  const { file } = one;
  try {
    const deployed = await bot.call(endpoints.deployWorkflow, { body: one.source });
    if (json) terminal.printJson({ file, ...deployed });
    else {
      const { workflowId, version, changed } = deployed;
      const what = changed ? "deployed" : "is the active version already";
      noteAll(terminal, "warning", placed(one, deployed.warnings));
      terminal.print(`${file}: ${workflowId} version ${version} ${what}`);
    }
    return true;
  } catch (error) {
    if (!isAppError(error, "definition_invalid")) throw error;
    const problems = placed(one, ProblemList.parse(error.details["problems"] ?? []));
    if (json) terminal.printJson({ file, success: false, problems });
    else noteAll(terminal, "problem", problems);
    return false;
  }
}

export const exportDefinition: Command = {
  name: "export",
  summary: "prints the definition of a workflow on the bot",
  takes: "<workflow>",
  count: [1, 1],
  options: {
    version: { type: "string", value: "N", about: "this version, not the active one" },
    output: { type: "string", value: "FILE", about: "write it into a file" },
  },
  async run({ terminal, bot }, given) {
    const [id = ""] = given.args;
    const version = toVersion(given.text("version"), "--version");
    const definition = await bot.call(endpoints.getWorkflow, {
      params: { id },
      query: { version },
    });
    const output = given.text("output");
    const text = JSON.stringify(definition, null, 2);
    if (output !== undefined) {
      await writeFile(output, `${text}\n`);
      terminal.note(`${output} was written.`);
    } else if (given.has("json")) terminal.printJson(definition);
    else terminal.print(text);
    return EXIT.ok;
  },
};

export const diff: Command = {
  name: "diff",
  summary: "says how a definition differs from the active version, or from another file",
  takes: "<file> [other file]",
  count: [1, 2],
  options: {
    version: { type: "string", value: "N", about: "compare with this version on the bot" },
  },
  more: "With two files no bot is asked: it says how the first became the second. Otherwise how what the bot has became the file. Ends with 1 if they differ.",
  async run({ terminal, bot }, given) {
    const [file = "", other] = given.args;
    const first = await readDefinition(file);
    const version = toVersion(given.text("version"), "--version");
    const [from, to] =
      other === undefined
        ? [await storedOf(bot, first.source, version), first.source]
        : [first.source, (await readDefinition(other)).source];
    const { diffBeside } = await localEngine();
    const difference = await diffBeside(file, from, to);
    if (given.has("json")) terminal.printJson(difference);
    else terminal.print(showDiff(difference));
    return difference.changes.length === 0 ? EXIT.ok : EXIT.problems;
  },
};

async function storedOf(
  bot: Context["bot"],
  source: Json,
  version: number | undefined,
): Promise<Json> {
  const id = isJsonObject(source) && typeof source["id"] === "string" ? source["id"] : "";
  return toJson(await bot.call(endpoints.getWorkflow, { params: { id }, query: { version } }));
}

function showDiff({ changes, sideEffects, destinations }: DefinitionDiff): string {
  if (changes.length === 0) return "They say the same.";
  return [
    ...listed("Does and sends outside now", sideEffects.added),
    ...listed("No longer does and sends outside", sideEffects.removed),
    ...listed("Sends to, new", destinations.added),
    ...listed("Sends to no more", destinations.removed),
    ...listed("Changes", changes.map(showChange)),
  ].join("\n");
}

function listed(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function showChange({ kind, area, of, member, from, to }: DefinitionChange): string {
  const what = `${area} ${of}${member === undefined ? "" : `, ${member}`}`;
  if (kind === "changed") return `${what}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
  return `${what}: ${kind} ${JSON.stringify(kind === "added" ? to : from)}`;
}
