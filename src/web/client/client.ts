import { z } from "zod";
import { AppError, isErrorCode } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { readJson } from "../../shared/read-json.ts";
import type { Answers, Endpoint } from "../http/endpoint.ts";
import { ErrorBody } from "../open-api/answers.ts";

export interface ClientOptions {
  /** Where the bot listens, asked for again before each request: `http://127.0.0.1:3000`. */
  readonly url: () => string;
  /** @default none: the bot serves programs of the same machine without one */
  readonly token?: string;
  /** Milliseconds for the whole answer. @default 30000 */
  readonly timeoutMs?: number;
}

/** What an endpoint is called with. What it takes nothing of is left out. */
export interface Call<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly params?: z.input<Params>;
  /** Members that are undefined are not sent. */
  readonly query?: Queried<z.input<Query>>;
  readonly body?: Sent<z.input<Body>>;
  /** Makes a repeat harmless. */
  readonly idempotencyKey?: string;
}

/** A body that the endpoint reads by its media type may be any JSON. */
type Sent<Body> = [Body] extends [undefined] ? Json : Body;

/** In a query everything is text. */
type Queried<Query> = { readonly [Name in keyof Query]?: string | number | boolean | undefined };

/** Calls the HTTP API by its endpoints. */
export interface ApiClient {
  /**
   * Calls an endpoint that answers in JSON.
   *
   * @returns the declared members of its answer.
   * @throws {AppError} the error that it answered with; `service_unavailable` if there was no answer, `service_rejected` if it is none
   *   that the endpoint declares. `details.status` is the HTTP status, 0 without one.
   */
  call<
    Params extends z.ZodObject,
    Query extends z.ZodType,
    Body extends z.ZodType,
    Success extends Answers,
  >(
    endpoint: Endpoint<Params, Query, Body, Success>,
    call?: Call<Params, Query, Body>,
  ): Promise<z.output<Success[keyof Success & number]>>;
}

/**
 * A client of the bot at an address.
 *
 * @internal benches and tests use it
 */
export function createClient(options: ClientOptions): ApiClient {
  return {
    async call(endpoint, call = {}) {
      const { status, body } = await send(options, endpoint, call);
      return read(endpoint.answers, status, body);
    },
  };
}

interface Received {
  readonly status: number;
  readonly body: unknown;
}

async function send(
  { url, token, timeoutMs = 30_000 }: ClientOptions,
  endpoint: Endpoint,
  { params = {}, query = {}, body, idempotencyKey }: Call<z.ZodType, z.ZodType, z.ZodType>,
): Promise<Received> {
  const target = `${url()}${fill(endpoint.path, toTexts(params))}${search(toTexts(query))}`;
  const headers = new Headers({ accept: "application/json" });
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey);
  if (body !== undefined) headers.set("content-type", "application/json");
  try {
    const response = await fetch(target, {
      method: endpoint.method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: readJson(await response.text(), "text").value };
  } catch (cause) {
    throw new AppError({
      code: "service_unavailable",
      message: `The bot does not answer at ${url()}. Is it running, and is the address right?`,
      retryable: true,
      outcomeUnknown: true,
      details: { status: 0 },
      cause,
    });
  }
}

/** The path with its names filled in. */
function fill(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)(\{[^}]*\})?/g, (_all, name: string, rest: string | undefined) => {
    const value = params[name] ?? "";
    return rest === undefined
      ? encodeURIComponent(value)
      : value.split("/").map(encodeURIComponent).join("/");
  });
}

function search(query: Record<string, string>): string {
  return Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query).toString()}`;
}

/** The texts, numbers and truth values among the members, as text. */
function toTexts(value: unknown): Record<string, string> {
  const members = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const texts = members.flatMap(([name, member]) =>
    typeof member === "string" || typeof member === "number" || typeof member === "boolean"
      ? [[name, `${member}`] as const]
      : [],
  );
  return Object.fromEntries(texts);
}

function read<Success extends Answers, Status extends keyof Success & number>(
  answers: Success,
  status: number,
  body: unknown,
): z.output<Success[Status]> {
  const statuses = Object.keys(answers).map(Number);
  const declared = statuses.find((known): known is Status => known === status);
  const schema = declared === undefined ? undefined : answers[declared];
  if (schema === undefined) throw toError(body, status);
  const parsed = z.safeParse<Success[Status]>(schema, body);
  if (parsed.success) return parsed.data;
  throw new AppError({
    code: "service_rejected",
    message: `The bot answered with what this version does not know. ${z.prettifyError(parsed.error)}`,
    details: { status },
  });
}

function toError(body: unknown, status: number): AppError {
  const { data } = ErrorBody.safeParse(body);
  return new AppError({
    code: data !== undefined && isErrorCode(data.code) ? data.code : "service_rejected",
    message: data?.error ?? `The bot answered with ${status}, and not with an error of its own.`,
    retryable: status === 429 || status === 503,
    details: { status },
  });
}
