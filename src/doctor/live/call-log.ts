import { quantile } from "../../shared/quantile.ts";
import { toSlackFailure } from "../../slack/errors.ts";

/** One call of the Web API and how it ended. */
interface LoggedCall {
  readonly method: string;
  readonly ms: number;
  /** `ok`, `limited`, or Slack's error code. */
  readonly outcome: string;
}

/** How a call ended. */
export type Outcome<T> =
  | { readonly kind: "ok"; readonly answer: T }
  | { readonly kind: "limited"; readonly retryAfterMs: number }
  | { readonly kind: "failed"; readonly code: string };

/** Figures of the calls of one method. */
export interface MethodFigures {
  readonly calls: number;
  readonly medianMs: number;
  readonly slowestMs: number;
  /** How many ended how, those that went well left out. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Times calls and keeps what became of them: codes and numbers alone. */
export class CallLog {
  readonly #calls: LoggedCall[] = [];

  /** Makes a call. Never rejects. */
  async time<T>(method: string, call: () => Promise<T>): Promise<Outcome<T>> {
    const startedAt = performance.now();
    const outcome = await call().then(
      (answer): Outcome<T> => ({ kind: "ok", answer }),
      (error: unknown): Outcome<T> => {
        const failure = toSlackFailure(error);
        return failure.kind === "limited"
          ? { kind: "limited", retryAfterMs: failure.retryAfterMs }
          : { kind: "failed", code: failure.code };
      },
    );
    const ms = Math.round(performance.now() - startedAt);
    this.#calls.push({ method, ms, outcome: nameOutcome(outcome) });
    return outcome;
  }

  /** By method, in the order of the first call. */
  figures(): Readonly<Record<string, MethodFigures>> {
    const byMethod = Map.groupBy(this.#calls, ({ method }) => method);
    return Object.fromEntries([...byMethod].map(([method, calls]) => [method, toFigures(calls)]));
  }
}

/** For people and for the report. */
export function nameOutcome(outcome: Outcome<unknown>): string {
  return outcome.kind === "failed" ? outcome.code : outcome.kind;
}

function toFigures(calls: readonly LoggedCall[]): MethodFigures {
  const times = calls.map(({ ms }) => ms).sort((a, b) => a - b);
  const failed = calls.filter(({ outcome }) => outcome !== "ok");
  const byOutcome = Map.groupBy(failed, ({ outcome }) => outcome);
  return {
    calls: calls.length,
    medianMs: quantile(times, 0.5),
    slowestMs: quantile(times, 1),
    failures: Object.fromEntries([...byOutcome].map(([code, { length }]) => [code, length])),
  };
}
