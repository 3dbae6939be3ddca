import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import { AppError, isAppError } from "../../shared/errors.ts";

/*
 * A model that does not answer costs every run a time-out. After some failures in a row it is left alone for a while: calls
 * fail at once, so that a fallback model is asked without delay and the engine's own retries come back later.
 */

/** Failures in a row after which a model is left alone. */
const FAILURES = 5;

/** Milliseconds until one call is let through to see whether it answers again. */
const PAUSE_MS = 15_000;

/** Breakers in memory; names of models come from definitions, and whoever deploys must not be able to fill it. */
const MAX_BREAKERS = 1000;

/** Lets calls through to a model, or refuses them at once. */
export interface Breaker {
  /** @throws {AppError} `model_breaker_open`, with when the next call is let through, and whatever `call` throws. */
  run<T>(call: () => Promise<T>): Promise<T>;
}

/** One breaker for each model at each endpoint: the trouble of one is not the trouble of another. */
export function createBreakers(): (address: string, host: string, model: string) => Breaker {
  const known = new Map<string, Breaker>();
  return (address, host, model) => {
    const key = `${address} ${model}`;
    const breaker = known.get(key) ?? createBreaker(host, model);
    known.delete(key);
    known.set(key, breaker);
    const oldest = known.size > MAX_BREAKERS ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    return breaker;
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
    async run(call) {
      const leftMs = openedAt + PAUSE_MS - Date.now();
      if (policy.state === CircuitState.Open && leftMs > 0) throw refusal(leftMs);
      // The library would have us wait for the trial that is under way: up to a whole time-out.
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

/** The model or the way to it is in trouble. A refusal (429, a wrong key) is an answer. */
function isOutage(error: unknown): error is AppError {
  return isAppError(error, "model_unavailable") && !isStopped(error);
}

/** We stopped the call ourselves: it says nothing about the model, except that a trial has to be made again. */
function isStopped(error: unknown): boolean {
  return isAppError(error) && error.details["stopped"] === true;
}
