import type { ExecutionStatus } from "../../engine/model/state.ts";
import { EXECUTION_LOOK } from "../views/blocks/status.ts";
import { foldName } from "./named.ts";

/** Both spellings of "cancelled" are English; the others are what people say. */
const SAID: Readonly<Record<string, ExecutionStatus>> = {
  canceled: "cancelled",
  stopped: "cancelled",
  done: "completed",
  succeeded: "completed",
  successful: "completed",
};

function isStatus(text: string): text is ExecutionStatus {
  return Object.hasOwn(EXECUTION_LOOK, text);
}

/** The status of a run that a word of a command means, in any case; `null`: it means none. */
export function readStatusWord(word: string): ExecutionStatus | null {
  const said = foldName(word);
  if (isStatus(said)) return said;
  return Object.hasOwn(SAID, said) ? (SAID[said] ?? null) : null;
}

/** Words of a command without the status that stands first or last among them. */
export function takeStatus(words: readonly string[]): {
  readonly status: ExecutionStatus | null;
  readonly rest: readonly string[];
} {
  const last = readStatusWord(words.at(-1) ?? "");
  if (last !== null) return { status: last, rest: words.slice(0, -1) };
  const first = readStatusWord(words[0] ?? "");
  return { status: first, rest: first === null ? words : words.slice(1) };
}
