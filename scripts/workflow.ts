import { parseArgs } from "node:util";
import { nearest } from "../src/shared/did-you-mean.ts";
import { asAppError, type ErrorCode } from "../src/shared/errors.ts";
import { openBot } from "./workflow/bot.ts";
import {
  type Command,
  EXIT,
  type ExitCode,
  type Given,
  toParseOptions,
  UsageError,
} from "./workflow/command.ts";
import { COMMANDS } from "./workflow/commands/index.ts";
import { helpOf, helpOfAll } from "./workflow/help.ts";
import { createTerminal } from "./workflow/terminal.ts";

/** `npm run workflow -- <command>`: workflows and runs at the command line. See `docs/cli.md`. */

const terminal = createTerminal();

async function main([name, ...rest]: readonly string[]): Promise<ExitCode> {
  if (name === undefined || name === "--help" || name === "help") {
    terminal.print(helpOfAll(COMMANDS));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) throw unknownCommand(name);
  const given = parse(command, rest);
  if (given.has("help")) {
    terminal.print(helpOf(command));
    return EXIT.ok;
  }
  const [least, most] = command.count;
  if (given.args.length < least || given.args.length > most)
    throw new UsageError(`${name} takes ${command.takes || "nothing besides options"}.`);
  const ended = new AbortController();
  process.once("SIGINT", () => ended.abort());
  const bot = openBot(process.env, given.text("url"));
  const code = await command.run({ terminal, bot, signal: ended.signal }, given);
  return ended.signal.aborted ? EXIT.interrupted : code;
}

function parse(command: Command, args: readonly string[]): Given {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: toParseOptions(command.options),
  });
  const texts = (name: string): readonly string[] => {
    const value = values[name];
    const all = Array.isArray(value) ? value : [value];
    return all.filter((one) => typeof one === "string");
  };
  return {
    args: positionals,
    texts,
    text: (name) => texts(name).at(-1),
    has: (name) => values[name] === true,
  };
}

function unknownCommand(name: string): UsageError {
  const near = nearest(
    name,
    COMMANDS.map((command) => command.name),
  );
  return new UsageError(`There is no command "${name}".${near ? ` Did you mean ${near}?` : ""}`);
}

/** What is wrong with files that were given. */
const LOCAL: { readonly [Code in ErrorCode]?: ExitCode } = {
  input_invalid: EXIT.usage,
  json_malformed: EXIT.problems,
  definition_invalid: EXIT.problems,
};

/** Says what went wrong, without a stack. */
function fail(thrown: unknown): ExitCode {
  const isParseError =
    thrown instanceof TypeError && "code" in thrown && String(thrown.code).startsWith("ERR_PARSE");
  if (thrown instanceof UsageError || isParseError) {
    terminal.note(`${thrown.message}\nnpm run workflow -- --help says what there is.`);
    return EXIT.usage;
  }
  const error = asAppError(thrown);
  terminal.note(error.message);
  const { status, problems } = error.details;
  if (Array.isArray(problems))
    for (const problem of problems) terminal.note(`  ${describe(problem)}`);
  if (status === 0) return EXIT.unreachable;
  if (typeof status === "number") return status < 500 ? EXIT.refused : EXIT.failed;
  return LOCAL[error.code] ?? EXIT.failed;
}

function describe(problem: unknown): string {
  const { path = "", message = "", fix = "" }: Record<string, unknown> = { ...Object(problem) };
  return `${path === "" ? "" : `${String(path)}: `}${String(message)}. ${String(fix)}`.trim();
}

process.exitCode = await main(process.argv.slice(2)).catch(fail);
