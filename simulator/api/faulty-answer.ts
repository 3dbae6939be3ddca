import { delay } from "../clock.ts";
import type { SlackFault } from "../faults/slack-fault.ts";
import type { JsonObject } from "../json.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** The answer to a Web API call. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Goes out in the place of the body. */
  readonly raw?: string;
  /** The connection is cut; nothing goes out. */
  readonly isCut?: boolean;
}

interface FaultyCall {
  readonly workspace: Workspace;
  readonly fault: SlackFault;
  readonly answerCall: () => Promise<Answer>;
  /** Aborts when the client disconnects. */
  readonly gone: AbortSignal;
}

/** The longest time that a timer takes, 24 days. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** Answers a call as the fault says. Effects happen at once; the answer arrives late, wrong, or never. */
export async function faultyAnswer({
  workspace,
  fault,
  answerCall,
  gone,
}: FaultyCall): Promise<Answer> {
  const done = isPlainDelay(fault) || fault.applied ? await answerCall() : null;
  if (fault.delay_ms !== undefined) await delay(workspace.clock, fault.delay_ms);
  if (done !== null && isPlainDelay(fault)) return done;
  if (fault.connection !== undefined) {
    if (fault.connection === "hang") await workspace.faults.delay(FOR_EVER_MS, gone);
    return { status: 0, body: { ok: false, error: `connection_${fault.connection}` }, isCut: true };
  }
  return wrongAnswer(fault);
}

function wrongAnswer({ status, error, retry_after: retryAfter, raw }: SlackFault): Answer {
  const isLimit = retryAfter !== undefined;
  return {
    status: status ?? (isLimit ? 429 : 200),
    body: { ok: false, error: error ?? (isLimit ? "ratelimited" : "internal_error") },
    ...(isLimit ? { retryAfter } : {}),
    ...(raw === undefined ? {} : { raw }),
  };
}

function isPlainDelay({ error, status, retry_after, raw, connection }: SlackFault): boolean {
  return [error, status, retry_after, raw, connection].every((part) => part === undefined);
}
