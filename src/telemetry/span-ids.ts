import { createHash } from "node:crypto";
import { attemptKey } from "../engine/model/step-path.ts";

/** A place in a trace, as a `traceparent` header names it (https://www.w3.org/TR/trace-context/). */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * The trace of an execution. It follows from the execution's id, so that every process gives the same before and after a crash, and what is
 * exported twice is the same span again.
 */
export function traceIdOf(executionId: string): string {
  return digest("trace", executionId).slice(0, 32);
}

/**
 * A span of an execution.
 *
 * @param part - what it is of: empty for the whole run, the path of a step, {@link attemptPart} for an attempt.
 */
export function spanIdOf(executionId: string, part: string): string {
  return digest("span", `${executionId}\n${part}`).slice(0, 16);
}

/** The part of an execution that one attempt of a step is. */
export function attemptPart(path: string, attempt: number): string {
  return `attempt ${attemptKey(path, attempt)}`;
}

function digest(kind: string, text: string): string {
  return createHash("sha256").update(`heddle ${kind}\n${text}`).digest("hex");
}

/** Reads a `traceparent` header of version 00, or of a later one as far as it looks the same; `null`: it is none. */
export function parseTraceParent(header: string | undefined): TraceParent | null {
  const [, version, traceId, spanId, rest] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/.exec(header?.trim() ?? "") ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined) return null;
  if (version === "ff" || (version === "00" && rest !== undefined)) return null;
  return /^0+$/.test(traceId) || /^0+$/.test(spanId) ? null : { traceId, spanId };
}

/** The `traceparent` header that names a span. */
export function toTraceParent({ traceId, spanId }: TraceParent, isSampled: boolean): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

/** As many hexadecimal digits as a number holds exactly. */
const DIGITS = 13;

/**
 * Whether a trace is among those that are exported. It follows from the trace id alone, as OpenTelemetry's consistent sampling has it
 * (the last 56 bits decide), so that all of a trace is exported, by whatever process, or nothing.
 *
 * @param ratio - 0 to 1.
 */
export function isSampled(traceId: string, ratio: number): boolean {
  const random = Number.parseInt(traceId.slice(-14, -14 + DIGITS), 16);
  return random >= (1 - ratio) * 16 ** DIGITS;
}
