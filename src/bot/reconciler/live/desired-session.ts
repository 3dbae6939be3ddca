import type { ExecutionView } from "../../../engine/api/executions.ts";
import { isFinished } from "../../../engine/model/state.ts";

/**
 * What Slack shows of an agent's work in a thread: `processing` with a button to stop it, `suspended` while a person is asked, `closed`
 * at the end; `active`: it waits for something else, and is neither at work nor over.
 *
 * @see https://docs.slack.dev/ai/agent-sessions
 */
export type SessionStatus = "processing" | "suspended" | "active" | "closed";

/** What people end by an answer. */
export const ASKING: readonly string[] = ["approval", "budget", "person"];
/** Waits of seconds: the run is at work all the same. */
const BRIEF: readonly string[] = ["retry", "slack"];

/** What the session of a run should say now. */
export function sessionStatus({ status, waitingOn }: ExecutionView): SessionStatus {
  if (isFinished(status)) return "closed";
  if (status !== "waiting") return "processing";
  if (waitingOn.some((wait) => ASKING.includes(wait.for))) return "suspended";
  return waitingOn.some((wait) => BRIEF.includes(wait.for)) ? "processing" : "active";
}

const BY_WEIGHT: readonly SessionStatus[] = ["processing", "suspended", "active", "closed"];

/** What a thread with several runs says. */
export function ofAll(statuses: Iterable<SessionStatus>): SessionStatus {
  const all = new Set(statuses);
  return BY_WEIGHT.find((status) => all.has(status)) ?? "closed";
}
