import { COMMON, type Command, EXIT, type Option } from "./command.ts";

const COMMAND = "npm run workflow --";

/** What all commands are for. */
export function helpOfAll(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `${COMMAND} <command> [options]`,
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    `What a command takes: ${COMMAND} <command> --help`,
    "",
    "The bot is that of HEDDLE_URL, else the one on this machine at PORT (3000). The token is API_TOKEN, or one of a person in it.",
    "",
    exitCodes(),
  ].join("\n");
}

/** What one command is for. */
export function helpOf({ name, summary, takes, options, more }: Command): string {
  const all = Object.entries({ ...options, ...COMMON }).map(
    ([option, shape]) => [nameOf(option, shape), shape.about] as const,
  );
  const width = Math.max(...all.map(([left]) => left.length));
  return [
    `${COMMAND} ${[name, takes, "[options]"].filter((part) => part !== "").join(" ")}`,
    "",
    `${summary}.${more === undefined ? "" : `\n${more}`}`,
    "",
    ...all.map(([left, about]) => `  ${left.padEnd(width)}  ${about}`),
  ].join("\n");
}

function nameOf(name: string, { value, multiple }: Option): string {
  return `--${name}${value === undefined ? "" : ` ${value}`}${multiple === true ? " …" : ""}`;
}

function exitCodes(): string {
  const { ok, problems, usage, unreachable, refused, failed } = EXIT;
  return `Ends with ${ok}: done; ${problems}: problems were found; ${usage}: called wrongly; ${unreachable}: the bot does not answer; ${refused}: the bot refused; ${failed}: something else failed.`;
}
