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

/** Codes of filters: OpenAI's, Azure's within `innererror`, and that of models behind it. */
const FILTERS = new Set([
  "content_filter",
  "content_policy_violation",
  "ResponsibleAIPolicyViolation".toLowerCase(),
  "moderation_blocked",
]);

/** Member of an error that came instead of the rest of an answer: what was written until then may be charged. */
const MID_ANSWER = "heddleMidAnswer";

/** What words stand for a status in an error that comes without one. */
const STATUS_WORDS: readonly (readonly [RegExp, number])[] = [
  [/quota|rate.?limit|too.?many|throttled|throttling/i, 429],
  [/overload|unavailable|server.?error|internal|time.?out|upstream|bad.?gateway/i, 503],
  [/api.?key|authenticate|authentication|unauthorized/i, 401],
  [/permission|forbidden/i, 403],
  [/not.?found/i, 404],
];

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

/** Whether a content filter stopped a request: no other dialect and no other key would help. */
export function isFiltered(error: unknown): boolean {
  if (!(error instanceof OpenAI.APIError)) return false;
  const inner = readOwn(readOwn(error.error, "innererror"), "code");
  const flagged = readOwn(readOwn(error.error, "metadata"), "flagged_input");
  const codes = [error.code, error.type, inner];
  return (
    flagged !== undefined ||
    codes.some((code) => typeof code === "string" && FILTERS.has(code.toLowerCase()))
  );
}

/**
 * The error that a response with status 200 holds: some endpoints send theirs in the body, or in
 * place of the first choice when the model behind them fails.
 *
 * @returns an error of the client, with the status that it would have had; `null` when there is none.
 */
export function findWrappedError(
  body: unknown,
  headers: Headers,
): InstanceType<typeof OpenAI.APIError> | null {
  const choice = readOwn(readOwn(body, "choices"), "0");
  const found = readOwn(choice === undefined ? body : choice, "error");
  const error = typeof found === "string" && found !== "" ? { message: found } : found;
  const midAnswer = choice !== undefined;
  if (typeof error === "object" && error !== null) {
    const errorResponse = { error: { ...error, ...(midAnswer && { [MID_ANSWER]: true }) } };
    return OpenAI.APIError.generate(statusOf(error), errorResponse, undefined, headers);
  }
  if (readOwn(choice, "finish_reason") !== "error") return null;
  return OpenAI.APIError.generate(502, { error: { [MID_ANSWER]: true } }, undefined, headers);
}

function statusOf(error: object): number {
  const [code, status, type] = ["code", "status", "type"].map((name) => readOwn(error, name));
  const number = [code, status].map(Number).find((one) => one >= 400 && one < 600);
  if (number !== undefined) return number;
  // What an error is called says more than how it is put.
  const words = [code, status, type, readOwn(error, "message")];
  const named = words.flatMap((word) =>
    typeof word === "string"
      ? (STATUS_WORDS.find(([pattern]) => pattern.test(word))?.[1] ?? [])
      : [],
  );
  return named[0] ?? 400;
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
  if (isFiltered(error)) {
    return new AppError({
      code: "model_refused",
      message: `The model ${model} declined to answer: the content filter of ${endpoint.host} stopped the request${quote(error, endpoint)}`,
      cause: error,
    });
  }
  if (status === 429 && !OUT_OF_MONEY.has(error.code ?? "")) {
    const retryAfterMs = parseRetryAfter(error.headers?.get("retry-after") ?? null, Date.now());
    return new AppError({
      code: "model_rate_limited",
      message: `The model endpoint ${endpoint.host} takes no more requests for ${model} at the moment (429)${quote(error, endpoint)}`,
      retryable: true,
      ...omitUndefined({ retryAfterMs: retryAfterMs ?? undefined }),
      cause: error,
    });
  }
  if (status >= 500 || status === 408 || status === 409) {
    const mayCost = readOwn(error.error, MID_ANSWER) === true;
    return unavailable(
      `failed with status ${status}`,
      call,
      error,
      mayCost,
      quote(error, endpoint),
    );
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
  if (status === 429 || status === 402)
    return `The account at ${host} has no credit left. Add some there.`;
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
  // OpenRouter has the words of the provider behind it in `raw`.
  const words = [readOwn(error.error, "message"), readOwn(readOwn(error.error, "metadata"), "raw")];
  const said = words.filter((one) => typeof one === "string" && one.trim() !== "").join(" – ");
  if (said === "") return ".";
  const safe = apiKey === null ? said : said.replaceAll(apiKey, "[key]");
  return `: ${safe.replace(/\s+/g, " ").trim().slice(0, MAX_QUOTED)}`;
}

function unavailable(
  what: string,
  { endpoint, model }: FailedCall,
  cause: unknown,
  outcomeUnknown: boolean,
  quoted = ".",
): AppError {
  return new AppError({
    code: "model_unavailable",
    message: `The model endpoint ${endpoint.host} ${what} (model ${model})${quoted}`,
    retryable: true,
    outcomeUnknown,
    cause,
  });
}
