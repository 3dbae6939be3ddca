import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import type { ModelClient, ModelOutage } from "../../engine/ports/model.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { LruMap } from "../../shared/lru-map.ts";

/*
 * Circuit breaker: a model that does not respond would cost every run a time-out. After some
 * failures in a row, calls fail at once, so that a fallback model is called without delay and the
 * engine retries later.
 */

/** Failures in a row that open a breaker. */
const FAILURES = 5;

/** Milliseconds until an open breaker lets one call through as a trial. */
const PAUSE_MS = 15_000;

/** Breakers in memory: names of models come from definitions, which must not exhaust it. */
const MAX_BREAKERS = 1000;

/** Of the hash that names an outage. */
const ID_CHARS = 16;

/** Lets calls of a model through, or refuses them at once. */
export interface Breaker {
  /** @throws {AppError} `model_breaker_open`, retryable after the pause; or what `call` throws. */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** `null`: calls pass. */
  outage(): Omit<ModelOutage, "id"> | null;
}

/** The breakers of all models at all endpoints: their failures are independent. */
export interface Breakers extends Required<Pick<ModelClient, "outages" | "endOutage">> {
  of(address: string, host: string, model: string): Breaker;
}

export function createBreakers(): Breakers {
  const known = new LruMap<string, Breaker>(MAX_BREAKERS);
  const open = () =>
    known.entries().flatMap(([key, breaker]) => {
      const outage = breaker.outage();
      // The address of an endpoint may hold a key of its own: a hash stands for it.
      const id = sha256(key).toString("hex").slice(0, ID_CHARS);
      return outage === null ? [] : [{ key, outage: { id, ...outage } }];
    });
  return {
    of(address, host, model) {
      const key = `${address} ${model}`;
      const breaker = known.get(key) ?? createBreaker(host, model);
      known.set(key, breaker);
      return breaker;
    },
    outages: () => open().map(({ outage }) => outage),
    endOutage(id) {
      const found = open().find(({ outage }) => outage.id === id);
      return found !== undefined && known.delete(found.key);
    },
  };
}

function createBreaker(host: string, model: string): Breaker {
  let openedAt = 0;
  let lastFailure = "";
  const policy = circuitBreaker(
    handleWhen((error) => isOutage(error) || (isStopped(error) && isTrying())),
    { breaker: new ConsecutiveBreaker(FAILURES), halfOpenAfter: PAUSE_MS },
  );
  policy.onBreak(() => {
    openedAt = Date.now();
  });
  const isTrying = (): boolean => policy.state === CircuitState.HalfOpen;

  function refusal(leftMs: number): AppError {
    return new AppError({
      code: "model_breaker_open",
      message: `The model ${model} at ${host} failed ${FAILURES} times in a row and is left alone for a moment. The last time: ${lastFailure}`,
      retryable: true,
      retryAfterMs: leftMs,
    });
  }

  return {
    outage: () =>
      policy.state === CircuitState.Open || isTrying()
        ? { model, host, since: openedAt, lastFailure }
        : null,
    async run(call) {
      const leftMs = openedAt + PAUSE_MS - Date.now();
      if (policy.state === CircuitState.Open && leftMs > 0) throw refusal(leftMs);
      // The library would wait for the running trial: up to a whole time-out.
      if (isTrying()) throw refusal(PAUSE_MS);
      try {
        return await policy.execute(call);
      } catch (error) {
        if (isOutage(error)) lastFailure = error.message;
        throw error;
      }
    },
  };
}

/** Whether the model or the network failed. A refusal (429, a wrong key) is a response. */
function isOutage(error: unknown): error is AppError {
  return isAppError(error, "model_unavailable") && !isStopped(error);
}

/**
 * Whether the caller stopped the call: no evidence about the model, but a trial must be repeated.
 */
function isStopped(error: unknown): boolean {
  return isAppError(error) && error.details["stopped"] === true;
}
