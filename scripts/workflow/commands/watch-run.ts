import { endpoints } from "../../../src/web/endpoints/index.ts";
import { type Context, EXIT, type ExitCode } from "../command.ts";

/** Events of the log that say nothing to people. */
const SILENT: ReadonlySet<string> = new Set([
  "execution_claimed",
  "execution_released",
  "outbox_delivered",
  "signal_received",
  "events_searched",
]);

/** Shows the log of a run, as it grows, until the run is over. */
export async function watchRun(
  { terminal, bot, signal }: Context,
  id: string,
  json: boolean,
): Promise<ExitCode> {
  const events = bot.stream(endpoints.followExecution, { params: { id } }, signal);
  for await (const message of events) {
    if (json) terminal.printJson({ event: message.event, ...message.data });
    if (message.event === "change" && !json)
      for (const event of message.data.events)
        if (!SILENT.has(event.type))
          terminal.print(lineOf(event, (text) => terminal.style("dim", text)));
    if (message.event !== "end") continue;
    const { state, error } = message.data;
    if (error !== undefined) terminal.note(error);
    if (state?.error) terminal.note(`${state.error.code}: ${state.error.message}`);
    return state?.status === "completed" ? EXIT.ok : EXIT.problems;
  }
  return EXIT.ok;
}

interface Shown {
  readonly type: string;
  readonly at?: string | undefined;
  readonly path?: string | undefined;
  readonly output?: unknown;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

const MAX_OUTPUT = 200;

function lineOf({ type, at = "", path = "", output, error }: Shown, dim: (text: string) => string) {
  const what = error === undefined ? "" : `${error.code}: ${error.message}`;
  const value = output === undefined ? "" : JSON.stringify(output).slice(0, MAX_OUTPUT);
  return [dim(at), type.replaceAll("_", " "), path, what, value]
    .filter((part) => part !== "")
    .join("  ");
}
