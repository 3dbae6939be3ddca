import { CircuitBreakers, type Refusal, type Verdict } from "../../shared/circuit-breaker.ts";
import { AppError, isAppError } from "../../shared/errors.ts";

/** A model as people call it. */
export interface CalledModel {
  /** Of the endpoint; may hold a key of its own. */
  readonly address: string;
  readonly host: string;
  /** As the endpoint knows it. */
  readonly model: string;
}

/** The breakers of all models at all endpoints: their failures are independent, so that a fallback model is called without delay. */
export class ModelBreakers {
  readonly #breakers = new CircuitBreakers({ kind: "model", judge });

  /** @throws {AppError} `model_breaker_open`, retryable after the pause; or what `call` throws. */
  run<T>({ address, host, model }: CalledModel, call: () => Promise<T>): Promise<T> {
    return this.#breakers.run({
      key: `${address} ${model}`,
      name: `The model ${model} at ${host}`,
      call,
      refused: (refusal) => refusedCall(`The model ${model} at ${host}`, refusal),
    });
  }

  readonly outages = () => this.#breakers.outages();
  readonly endOutage = (id: string): boolean => this.#breakers.endOutage(id);
}

function refusedCall(name: string, { failures, lastFailure, retryAfterMs }: Refusal): AppError {
  return new AppError({
    code: "model_breaker_open",
    message: `${name} failed ${failures} times in a row and is left alone for a moment. The last time: ${lastFailure}`,
    retryable: true,
    retryAfterMs,
  });
}

/** Whether the model or the network failed. A refusal (429, a wrong key) is a response. */
function judge(error: unknown): Verdict {
  // The caller stopped the call: no evidence about the model.
  if (isAppError(error) && error.details["stopped"] === true) return "stopped";
  return isAppError(error, "model_unavailable") ? "outage" : "answered";
}
