import { FaultRefused } from "./fault-queue.ts";
import { isJsonObject, member } from "./json.ts";

/** One way in which the answer to a Web API call goes wrong; which members are there says what happens. */
export interface SlackFault {
  /** The method it is for; every method when absent. */
  readonly method?: string;
  /** Answers `ok: false` with this code. */
  readonly error?: string;
  /** Answers with this HTTP status. */
  readonly status?: number;
  /** Answers 429 with this `Retry-After`, in seconds. */
  readonly retryAfter?: number;
  /** Answers so much later; what the call does is done before. */
  readonly delayMs?: number;
  /** Answers with this body as it is. */
  readonly raw?: string;
  /** The call takes effect and only its answer is lost. */
  readonly applied: boolean;
  /** How many calls it hits, at least 1. */
  readonly times: number;
}

/**
 * Reads a fault from the body of `POST /sim/faults`. `times` is 1 when absent.
 *
 * @throws {FaultRefused} when a member has the wrong type; the message names it.
 */
export function parseSlackFault(body: unknown): SlackFault {
  if (!isJsonObject(body)) throw new FaultRefused("A fault is a JSON object.");
  const method = readText(body, "method");
  const error = readText(body, "error");
  const raw = readText(body, "raw");
  const status = readCount(body, "status", 100, 599);
  const retryAfter = readCount(body, "retry_after", 0, 3_600);
  const delayMs = readCount(body, "delay_ms", 0, 3_600_000);
  return {
    ...(method === undefined ? {} : { method }),
    ...(error === undefined ? {} : { error }),
    ...(raw === undefined ? {} : { raw }),
    ...(status === undefined ? {} : { status }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(delayMs === undefined ? {} : { delayMs }),
    applied: member(body, "applied") === true,
    times: readCount(body, "times", 1, 1_000_000) ?? 1,
  };
}

function readText(body: unknown, name: string): string | undefined {
  const value = member(body, name);
  if (value === undefined || typeof value === "string") return value;
  throw new FaultRefused(`"${name}" of a fault must be text.`);
}

function readCount(body: unknown, name: string, min: number, max: number): number | undefined {
  const value = member(body, name);
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw new FaultRefused(`"${name}" of a fault must be a number from ${min} to ${max}.`);
}
