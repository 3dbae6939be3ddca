import { setTimeout as delay } from "node:timers/promises";
import { asAppError } from "../shared/errors.ts";
import { type Check, type CheckResult, type Finding, problem } from "./finding.ts";

const DEFAULT_LIMIT_MS = 10_000;

/**
 * Runs a check to its end or its time limit. Never rejects: what it throws becomes a problem.
 *
 * @param check - gets a signal that aborts at the limit; one that ignores it is left behind.
 */
export async function runCheck(check: Check): Promise<CheckResult> {
  const { id, title, limitMs = DEFAULT_LIMIT_MS } = check;
  const startedAt = performance.now();
  const over = new AbortController();
  const findings = await Promise.race([
    settle(check, over.signal),
    delay(limitMs, undefined, { ref: false }).then((): readonly Finding[] => [outOfTime(limitMs)]),
  ]);
  over.abort();
  return { id, title, ms: Math.round(performance.now() - startedAt), findings };
}

async function settle(check: Check, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    return await check.run(signal);
  } catch (error) {
    const { code, message, cause } = asAppError(error);
    if (code !== "internal") return [{ level: "problem", what: message }];
    const said = cause instanceof Error ? cause.message : String(cause);
    return [
      problem(
        `This check failed itself (${said}).`,
        "Report it to the maintainers: it is a mistake of the doctor, and says nothing about your setup.",
      ),
    ];
  }
}

function outOfTime(limitMs: number): Finding {
  return problem(
    `No answer within ${limitMs / 1000} s.`,
    "Check the network between this machine and the other side, and try again.",
  );
}
