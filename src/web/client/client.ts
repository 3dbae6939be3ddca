import { z } from "zod";
import type { Json } from "../../shared/json.ts";
import { readJson } from "../../shared/read-json.ts";
import {
  type Answers,
  type Endpoint,
  EVENT_STREAM,
  type Events,
  type StreamEndpoint,
} from "../http/endpoint.ts";
import { notReached, notUnderstood, toError } from "./client-errors.ts";
import { type EventOf, follow } from "./follow.ts";
import { withRetries } from "./retries.ts";

export interface ClientOptions {
  /** Where the bot listens, asked for again before each request: `http://127.0.0.1:3000`. */
  readonly url: () => string;
  /** @default none: the bot serves programs of the same machine without one */
  readonly token?: string;
  /** Milliseconds for the whole answer. @default 30000 */
  readonly timeoutMs?: number;
  /** How often a request is repeated that was not served, where a repeat does no harm. @default 2 */
  readonly retries?: number;
  /** Milliseconds that a repeat may be put off; a bot that asks for more is not asked again. @default 10000 */
  readonly maxWaitMs?: number;
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
  /**
   * The events of a stream. A connection that breaks or falls silent is opened again after the last event, so none is lost or comes
   * twice; an event `end` is the last one.
   *
   * @param signal - ends it without an error.
   * @throws {AppError} as `call`, when it is refused or cannot be opened any more.
   */
  stream<Params extends z.ZodObject, Query extends z.ZodType, Sent extends Events>(
    endpoint: StreamEndpoint<Params, Query, Sent>,
    call?: Call<Params, Query, z.ZodUndefined>,
    signal?: AbortSignal,
  ): AsyncGenerator<EventOf<Sent>>;
}

/** A client of the bot at an address. It is typed by the endpoints: `client.call(endpoints.listWorkflows)`. */
export function createClient(options: ClientOptions): ApiClient {
  return {
    call: (endpoint, call = {}) =>
      withRetries(options, isRepeatable(endpoint, call), async () => {
        const { response, body } = await send(options, endpoint, call);
        return read(endpoint.answers, response, body);
      }),
    stream: (endpoint, call = {}, signal = new AbortController().signal) =>
      follow(endpoint.events, { signal, open: opener(options, endpoint, call) }),
  };
}

/** Whether a repeat does no harm even if the first was done. */
function isRepeatable(
  { method }: Endpoint,
  { idempotencyKey }: Call<z.ZodType, z.ZodType, z.ZodType>,
): boolean {
  return method === "GET" || idempotencyKey !== undefined;
}

/** Opens a stream after an event. */
function opener(
  options: ClientOptions,
  endpoint: Endpoint,
  call: Call<z.ZodType, z.ZodType, z.ZodType>,
) {
  return (lastId: string, signal: AbortSignal): Promise<Response> =>
    withRetries({ retries: 5, ...options }, true, async () => {
      const accept = { accept: EVENT_STREAM, ...(lastId !== "" && { "last-event-id": lastId }) };
      const response = await request(options, endpoint, call, { headers: accept, signal });
      if (response.status === 200) return response;
      throw toError(parsed(await response.text()), response);
    });
}

interface Received {
  readonly response: Response;
  readonly body: unknown;
}

async function send(
  options: ClientOptions,
  endpoint: Endpoint,
  call: Call<z.ZodType, z.ZodType, z.ZodType>,
): Promise<Received> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? 30_000);
  const headers = { accept: "application/json" };
  const response = await request(options, endpoint, call, { headers, signal });
  try {
    return { response, body: parsed(await response.text()) };
  } catch (cause) {
    throw notReached(options.url(), cause);
  }
}

/** @returns `undefined`: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return readJson(text, "text").value;
  } catch {
    return undefined;
  }
}

async function request(
  { url, token }: ClientOptions,
  endpoint: Endpoint,
  { params = {}, query = {}, body, idempotencyKey }: Call<z.ZodType, z.ZodType, z.ZodType>,
  { headers: given, signal }: { readonly headers: Record<string, string>; signal: AbortSignal },
): Promise<Response> {
  const target = `${url()}${fill(endpoint.path, toTexts(params))}${search(toTexts(query))}`;
  const headers = new Headers(given);
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey);
  if (body !== undefined) headers.set("content-type", "application/json");
  try {
    return await fetch(target, {
      method: endpoint.method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
    });
  } catch (cause) {
    throw notReached(url(), cause);
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
  response: Response,
  body: unknown,
): z.output<Success[Status]> {
  const { status } = response;
  const statuses = Object.keys(answers).map(Number);
  const declared = statuses.find((known): known is Status => known === status);
  const schema = declared === undefined ? undefined : answers[declared];
  if (schema === undefined) throw toError(body, response);
  const answer = z.safeParse<Success[Status]>(schema, body);
  if (answer.success) return answer.data;
  throw notUnderstood(z.prettifyError(answer.error), { status });
}
