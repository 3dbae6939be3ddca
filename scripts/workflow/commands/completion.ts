import { COMMON, type Command, EXIT, UsageError } from "../command.ts";

/** What completes the commands in a shell, made from the commands. */
export function completion(commands: readonly Command[]): Command {
  return {
    name: "completion",
    summary: "prints what completes commands and options in a shell",
    takes: "<bash|zsh|fish>",
    count: [1, 1],
    options: {},
    more: 'For bash: eval "$(npm run --silent workflow -- completion bash)" in ~/.bashrc; zsh alike. It completes the function heddle, which runs npm run workflow in the folder of the bot.',
    run: async ({ terminal }, { args: [shell = ""] }) => {
      const all = [...commands, completion(commands)];
      if (shell === "bash") terminal.print(bash(all));
      else if (shell === "zsh")
        terminal.print(`autoload -U +X bashcompinit && bashcompinit\n${bash(all)}`);
      else if (shell === "fish") terminal.print(fish(all));
      else throw new UsageError(`"${shell}" is none of bash, zsh and fish.`);
      return EXIT.ok;
    },
  };
}

const FOLDER = process.cwd();

function optionsOf({ options }: Command): readonly string[] {
  return Object.keys({ ...options, ...COMMON }).map((name) => `--${name}`);
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map(
    (command) => `    ${command.name}) words="${optionsOf(command).join(" ")}" ;;`,
  );
  return [
    `heddle() { npm --prefix ${quoted(FOLDER)} run --silent workflow -- "$@"; }`,
    "_heddle() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${commands.map(({ name }) => name).join(" ")}"`,
    '  else case "${COMP_WORDS[1]}" in',
    ...cases,
    "  esac; fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))',
    "}",
    "complete -F _heddle heddle",
  ].join("\n");
}

function fish(commands: readonly Command[]): string {
  return [
    `function heddle; npm --prefix ${quoted(FOLDER)} run --silent workflow -- $argv; end`,
    ...commands.flatMap((command) => [
      `complete -c heddle -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
      ...Object.entries({ ...command.options, ...COMMON }).map(
        ([name, { about }]) =>
          `complete -c heddle -n '__fish_seen_subcommand_from ${command.name}' -l ${name} -d ${quoted(about)}`,
      ),
    ]),
  ].join("\n");
}

/** For a shell, in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
