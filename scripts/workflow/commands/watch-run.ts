import { endpoints } from "../../../src/web/endpoints/index.ts";
import { type Context, EXIT, type ExitCode } from "../command.ts";
import type { Terminal } from "../terminal.ts";

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
    else if (message.event === "change") showEvents(terminal, message.data.events);
    if (message.event === "end") return showEnd(terminal, message.data);
  }
  return EXIT.ok;
}

function showEvents(terminal: Terminal, events: readonly Shown[]): void {
  for (const event of events)
    if (!SILENT.has(event.type))
      terminal.print(lineOf(event, (text) => terminal.style("dim", text)));
}

function showEnd(terminal: Terminal, { state, error }: End): ExitCode {
  if (error !== undefined) terminal.note(error);
  if (state?.error) terminal.note(`${state.error.code}: ${state.error.message}`);
  return state?.status === "completed" ? EXIT.ok : EXIT.problems;
}

interface End {
  readonly error?: string | undefined;
  readonly state?:
    | {
        readonly status: string;
        readonly error: { readonly code: string; readonly message: string } | null;
      }
    | null
    | undefined;
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
