import type { Readable } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import axios, { type AxiosRequestConfig, type AxiosResponse } from "axios";
import type { Credential } from "../../engine/ports/credentials.ts";
import type { ServiceContext } from "../../engine/ports/service.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { beginningOf } from "../../shared/shorten.ts";
import type { AddressGuard } from "./address-guard.ts";
import { type Authorization, authorizationOf } from "./authorize.ts";
import { type Hop, nextHop, toBytes } from "./hop.ts";
import { toHttpError, toStatusError } from "./http-errors.ts";
import type { OAuthTokens } from "./oauth-tokens.ts";
import { assertFormType, type RequestBody, toRequestBody } from "./request-body.ts";
import type { RequestParams } from "./request-params.ts";
import { type Answer, readContent, readRefusal } from "./response-body.ts";

const MAX_REDIRECTS = 5;

/** A person waits for the answer. */
const TEST_TIMEOUT_MS = 10_000;

/** Characters quoted of a refusal. */
const MAX_EXCERPT = 200;

/** Where a body ends is the client's to say: another length would make one request of two, or two of one. */
const FRAMING = ["content-length", "transfer-encoding"] as const;

const FORM_TYPE = "multipart/form-data";

/** What requests go through. */
export interface Outside {
  readonly guard: AddressGuard;
  readonly tokens: OAuthTokens;
}

/** What a request takes along to its own origin, and to no other that a redirect leads to. */
export interface SentAlong {
  readonly credential: Credential | null;
  /** The header of that name; `null`: none. */
  readonly traceParent: string | null;
}

/**
 * Sends a request and follows its redirects. No secret and no credential is sent to another host than the one that it is meant for.
 *
 * @throws {AppError} `service_unavailable` (retryable) or `service_rejected`; `outcomeUnknown` if
 *   the request was sent, may have an effect, and got no response.
 */
export async function sendRequest(
  params: RequestParams,
  context: ServiceContext,
  { guard, tokens }: Outside,
  { credential, traceParent }: SentAlong,
): Promise<JsonObject> {
  const authorization = authorizationOf(credential, tokens);
  const body = await toRequestBody(params, context.files);
  let hop = firstHop(params, body, {
    [params.idempotencyHeader.toLowerCase()]: context.idempotencyKey,
    ...(traceParent !== null && { traceparent: traceParent }),
  });
  const { origin } = hop.url;
  let isAtHome = true;
  const limit = AbortSignal.timeout(params.timeout);
  const signal = AbortSignal.any([context.signal, limit]);
  try {
    for (let redirects = 0; ; redirects += 1) {
      // A redirect to another origin takes nothing of a credential along, and one that leads back gets none again.
      isAtHome = isAtHome && hop.url.origin === origin;
      const response = await (isAtHome
        ? sendProven(hop, signal, guard, authorization)
        : sendHop(hop, signal, guard));
      const next = nextHop(hop, response, context);
      if (next === null) return await toOutput(response, hop, params, context);
      response.data.destroy();
      if (redirects === MAX_REDIRECTS) throw tooManyRedirects(hop.url.host);
      hop = next;
    }
  } catch (error) {
    if (isAppError(error)) throw error;
    const timedOut = limit.aborted && !context.signal.aborted;
    const { method, url } = hop;
    throw toHttpError(error, { host: url.host, method, timeoutMs: params.timeout, timedOut });
  }
}

/**
 * Sends one GET to find out whether a credential is taken. No redirect is followed: it may lead to a page that says how to sign in.
 *
 * @returns the status of the answer. @throws {AppError} as {@link sendRequest}.
 */
export async function askStatus(
  url: URL,
  credential: Credential,
  { guard, tokens }: Outside,
): Promise<number> {
  const authorization = authorizationOf(credential, tokens);
  const method = "GET";
  const signal = AbortSignal.timeout(TEST_TIMEOUT_MS);
  const hop: Hop = { url, method, headers: { "user-agent": "Heddle" }, body: undefined };
  try {
    const { status, data } = await sendProven(hop, signal, guard, authorization);
    data.destroy();
    return status;
  } catch (error) {
    if (isAppError(error)) throw error;
    const { host } = url;
    const timedOut = signal.aborted;
    throw toHttpError(error, { host, method, timeoutMs: TEST_TIMEOUT_MS, timedOut });
  }
}

function firstHop(
  params: RequestParams,
  body: RequestBody,
  own: Readonly<Record<string, string>>,
): Hop {
  const url = new URL(params.url);
  for (const [name, value] of Object.entries(params.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null) url.searchParams.append(name, String(one));
    }
  }
  const headers = new Map<string, string>([["user-agent", "Heddle"], ...Object.entries(own)]);
  if (body.type !== null) headers.set("content-type", body.type);
  for (const [name, value] of Object.entries(params.headers ?? {})) {
    headers.set(name.toLowerCase(), String(value).trim());
  }
  for (const name of FRAMING) headers.delete(name);
  if (body.data instanceof FormData) {
    assertFormType(headers.get("content-type") ?? FORM_TYPE);
    headers.delete("content-type");
  }
  return { url, method: params.method, headers: Object.fromEntries(headers), body: body.data };
}

/** Sends a hop with what proves it, once more where that is refused and there is something else to try. */
async function sendProven(
  hop: Hop,
  signal: AbortSignal,
  guard: AddressGuard,
  authorization: Authorization,
): Promise<AxiosResponse<Readable>> {
  for (;;) {
    const proven = await authorization.prove(hop);
    const response = await sendHop(proven, signal, guard, authorization.tls);
    if (response.status >= 200 && response.status < 300) await authorization.settle();
    if (response.status !== 401 || !authorization.renew()) return response;
    response.data.destroy();
  }
}

async function sendHop(
  hop: Hop,
  signal: AbortSignal,
  guard: AddressGuard,
  tls?: SecureContextOptions,
): Promise<AxiosResponse<Readable>> {
  const request: AxiosRequestConfig = {
    url: hop.url.href,
    method: hop.method,
    headers: hop.headers,
    responseType: "stream",
    signal,
    maxRedirects: 0,
    validateStatus: null,
    // A proxy would connect to the address itself, past the guard.
    proxy: false,
    ...(hop.body !== undefined && hop.body !== null && { data: toBytes(hop) }),
    ...(await guard(hop.url, signal, tls)),
  };
  return axios.request<Readable>(request);
}

async function toOutput(
  response: AxiosResponse<Readable>,
  hop: Hop,
  params: RequestParams,
  { hideSecrets = asItIs, files }: ServiceContext,
): Promise<JsonObject> {
  const { status } = response;
  const headers = toHeaders(response.headers);
  const header = (name: string): string => {
    const value = headers[name];
    return typeof value === "string" ? value : "";
  };
  const answer: Answer = {
    body: response.data,
    url: hop.url,
    contentType: header("content-type"),
    disposition: header("content-disposition"),
  };
  const { expectStatus, responseType } = params;
  const expected = Array.isArray(expectStatus) ? expectStatus : [expectStatus];
  if (status < 400 || expected.includes(status))
    return { status, data: await readContent(answer, responseType, files), headers };
  const excerpt = excerptOf(hideSecrets(await readRefusal(answer)));
  throw toStatusError(status, hop.url.host, header("retry-after") || undefined, excerpt);
}

function asItIs(text: string): string {
  return text;
}

function toHeaders(headers: AxiosResponse["headers"]): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, Json][] => {
      if (typeof value === "string") return [[name.toLowerCase(), value]];
      return Array.isArray(value) ? [[name.toLowerCase(), value.map(String)]] : [];
    }),
  );
}

/** The beginning of a server's refusal, its secrets hidden; empty for an HTML page. */
function excerptOf(text: string): string {
  if (/^\s*</.test(text)) return "";
  return beginningOf(text.replace(/\s+/g, " ").trim(), MAX_EXCERPT);
}

function tooManyRedirects(host: string): AppError {
  return new AppError({
    code: "service_rejected",
    message: `The request was redirected more than ${MAX_REDIRECTS} times, last by ${host}.`,
  });
}
