import type { ParseArgsOptionsConfig } from "node:util";
import type { Bot } from "./bot.ts";
import type { Terminal } from "./terminal.ts";

/** How the command ends. Scripts rely on the numbers: they are only added to. */
export const EXIT = {
  /** It did what was asked. */
  ok: 0,
  /** It did, and found problems: a definition is not right, files differ, a run failed, a sample was answered wrongly. */
  problems: 1,
  /** It was called wrongly: nothing was done. */
  usage: 2,
  /** The bot does not answer. */
  unreachable: 3,
  /** The bot refused: the token, the rights, no such run, or too much. */
  refused: 4,
  /** Something else went wrong. */
  failed: 5,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An option as people see it. */
export interface Option {
  readonly type: "string" | "boolean";
  /** It may be given several times. @default false */
  readonly multiple?: boolean;
  /** What stands for its value in the help: `ID`. */
  readonly value?: string;
  readonly about: string;
}

/** What was given to a command. */
export interface Given {
  readonly args: readonly string[];
  /** The value of an option; `undefined`: it was not given. */
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  has(name: string): boolean;
}

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal;
  /** The bot that is asked; nothing is sent before it is. */
  readonly bot: Bot;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A command as data: help, completion and checks are made from it. */
export interface Command {
  readonly name: string;
  /** In one line. */
  readonly summary: string;
  /** What it takes besides options, as in the help: `<file…>`. */
  readonly takes: string;
  /** How many of them. */
  readonly count: readonly [least: number, most: number];
  readonly options: Readonly<Record<string, Option>>;
  /** What else there is to know, in some lines. */
  readonly more?: string;
  run(context: Context, given: Given): Promise<ExitCode>;
}

/** Options that every command has. */
export const COMMON: Readonly<Record<string, Option>> = {
  json: { type: "boolean", about: "print JSON for programs" },
  url: { type: "string", value: "URL", about: "where the bot listens (HEDDLE_URL)" },
  help: { type: "boolean", about: "say what the command does" },
};

/** The options as Node reads them. */
export function toParseOptions(options: Command["options"]): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries({ ...options, ...COMMON }).map(([name, { type, multiple = false }]) => [
      name,
      { type, multiple },
    ]),
  );
}

/** The command was called wrongly. */
export class UsageError extends Error {}
