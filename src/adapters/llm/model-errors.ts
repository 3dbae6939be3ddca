import OpenAI from "openai";
import { AppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { isNeverSent, networkCode, parseRetryAfter } from "../../shared/network-error.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Endpoint } from "./endpoint.ts";

/** Characters quoted of an endpoint's message. */
const MAX_QUOTED = 300;

/** Codes of a 429 that is not transient: the account has no credit. */
const OUT_OF_MONEY = new Set(["insufficient_quota", "billing_hard_limit_reached"]);

/** The call that failed. */
export interface FailedCall {
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly timeoutMs: number;
  /** The client's time limit ended the call. */
  readonly timedOut: boolean;
}

/** Whether an endpoint refused a request as malformed: another dialect may work. */
export function isMalformedRequest(error: unknown): error is InstanceType<typeof OpenAI.APIError> {
  return error instanceof OpenAI.APIError && (error.status === 400 || error.status === 422);
}

/** Turns an error of the `openai` client into one that may be shown: without keys and prompts. */
export function toModelError(error: unknown, call: FailedCall): AppError {
  const { endpoint, timedOut, timeoutMs } = call;
  if (timedOut || error instanceof OpenAI.APIConnectionTimeoutError) {
    return unavailable(`did not answer within ${timeoutMs / 1000} s`, call, error, true);
  }
  if (error instanceof OpenAI.APIError && typeof error.status === "number") {
    return statusError(error, error.status, call);
  }
  const code = networkCode(error);
  if (code !== null && isNeverSent(code)) {
    return new AppError({
      code: "model_unavailable",
      message: `The model endpoint ${endpoint.host} cannot be reached (${code}). Check its address, or try again later.`,
      retryable: true,
      cause: error,
    });
  }
  const what = error instanceof SyntaxError ? "sent an answer that is not JSON" : "broke off";
  return unavailable(what, call, error, true);
}

function statusError(
  error: InstanceType<typeof OpenAI.APIError>,
  status: number,
  call: FailedCall,
): AppError {
  const { endpoint, model } = call;
  if (status === 429 && !OUT_OF_MONEY.has(error.code ?? "")) {
    const retryAfterMs = parseRetryAfter(error.headers?.get("retry-after") ?? null, Date.now());
    return new AppError({
      code: "model_rate_limited",
      message: `The model endpoint ${endpoint.host} takes no more requests for ${model} at the moment (429).`,
      retryable: true,
      ...omitUndefined({ retryAfterMs: retryAfterMs ?? undefined }),
      cause: error,
    });
  }
  if (status >= 500 || status === 408 || status === 409) {
    return unavailable(`failed with status ${status}`, call, error, false);
  }
  return new AppError({
    code: "model_rejected",
    message: rejection(error, status, call),
    cause: error,
  });
}

function rejection(
  error: InstanceType<typeof OpenAI.APIError>,
  status: number,
  { endpoint, model }: FailedCall,
): string {
  const { host, keyVariable } = endpoint;
  if (status === 429) return `The account at ${host} has no credit left. Add some there.`;
  if (status === 401) {
    return `The model endpoint ${host} did not accept the API key (401). Check ${keyVariable}.`;
  }
  if (status === 403) {
    return `The API key for ${host} may not use the model ${model} (403). Check ${keyVariable} and the account's rights.`;
  }
  if (status === 404) {
    return `The model endpoint ${host} does not know the model ${model} (404). Check the name.`;
  }
  return `The model endpoint ${host} refused the request for ${model} (${status})${quote(error, endpoint)}`;
}

/** The endpoint's message, without the key in case it quotes it. */
function quote(error: InstanceType<typeof OpenAI.APIError>, { apiKey }: Endpoint): string {
  const said = readOwn(error.error, "message");
  if (typeof said !== "string" || said.trim() === "") return ".";
  const safe = apiKey === null ? said : said.replaceAll(apiKey, "[key]");
  return `: ${safe.replace(/\s+/g, " ").trim().slice(0, MAX_QUOTED)}`;
}

function unavailable(
  what: string,
  { endpoint, model }: FailedCall,
  cause: unknown,
  outcomeUnknown: boolean,
): AppError {
  return new AppError({
    code: "model_unavailable",
    message: `The model endpoint ${endpoint.host} ${what} (model ${model}).`,
    retryable: true,
    outcomeUnknown,
    cause,
  });
}
