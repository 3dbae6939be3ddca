import type {
  Service,
  ServiceAction,
  ServiceContext,
  ServiceRegistry,
} from "../engine/ports/service.ts";
import { CircuitBreakers, type Refusal, type Verdict } from "../shared/circuit-breaker.ts";
import { AppError, isAppError } from "../shared/errors.ts";
import type { Json, JsonObject } from "../shared/json.ts";

/**
 * The same services, whose calls to a system that failed repeatedly are refused without being made, until a trial succeeds: the
 * step waits, and its attempts are not used up. Only outages count: no connection, no answer in time, an answer that
 * says so (500 and above). Each process has its own breakers.
 *
 * Calls throw what the service throws, or `service_breaker_open` (retryable, with `retryAfterMs`), when nothing was sent.
 */
export function withBreakers(services: ServiceRegistry): ServiceRegistry {
  const breakers = new CircuitBreakers({ kind: "system", judge });
  const guarded = new Map<string, Service>();
  return {
    get(name) {
      const service = services.get(name);
      if (service === undefined) return undefined;
      const known = guarded.get(name) ?? guard(service, breakers);
      guarded.set(name, known);
      return known;
    },
    names: () => services.names(),
    outages: () => breakers.outages(),
    endOutage: (id) => breakers.endOutage(id),
  };
}

function guard(service: Service, breakers: CircuitBreakers): Service {
  const actions = Object.entries(service.actions).map(([name, action]): [string, ServiceAction] => [
    name,
    guardAction(action, breakers),
  ]);
  return { ...service, actions: Object.fromEntries(actions) };
}

function guardAction(action: ServiceAction, breakers: CircuitBreakers): ServiceAction {
  const { counterpart, execute, look } = action;
  if (counterpart === undefined) return action;
  const through = <T extends Json>(
    params: JsonObject,
    context: ServiceContext,
    call: () => Promise<T>,
  ): Promise<T> => {
    const name = counterpart(params);
    if (name === null) return call();
    return run(breakers, name, context.signal, call);
  };
  return {
    ...action,
    execute: (params, context) =>
      through(params, context, () => execute.call(action, params, context)),
    ...(look !== undefined && {
      look: (params, context) => through(params, context, () => look.call(action, params, context)),
    }),
  };
}

/** Waits for the call itself, and counts it as soon as its time is over: a call that does not end must not hold up the trials. */
async function run<T>(
  breakers: CircuitBreakers,
  name: string,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  let made: Promise<T> | undefined;
  const counted = breakers.run({
    key: name,
    name: capital(name),
    call: () => {
      made = call();
      const ended = made.catch((error: unknown) => {
        throw signal.aborted ? stoppedBy(signal) : error;
      });
      return Promise.race([ended, whenStopped(signal)]);
    },
    refused: (refusal) => refusedCall(name, refusal),
  });
  try {
    return await counted;
  } catch (error) {
    if (made === undefined) throw error;
    return await made;
  }
}

function whenStopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(stoppedBy(signal));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

function stoppedBy(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("The call was stopped.");
}

function judge(error: unknown): Verdict {
  if (isAppError(error) && error.code === "step_timeout") return "outage";
  if (!isAppError(error) || error.code === "outcome_unknown") return "stopped";
  return error.code === "service_unavailable" && error.details["answered"] !== true
    ? "outage"
    : "answered";
}

function refusedCall(name: string, { failures, lastFailure, retryAfterMs }: Refusal): AppError {
  return new AppError({
    code: "service_breaker_open",
    message: `${capital(name)} failed ${failures} times in a row, so it was not called; the step waits and tries again by itself. The last time: ${lastFailure}`,
    retryable: true,
    retryAfterMs,
  });
}

function capital(name: string): string {
  return name.startsWith("the ") ? `The ${name.slice(4)}` : name;
}
