import { z } from "zod";
import type { TokenScope } from "../../engine/ports/tokens.ts";
import type { ErrorCode } from "../../shared/errors.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The bodies of successful answers by status; those of errors follow from `errors`. */
export interface Answers {
  readonly [status: number]: z.ZodType;
}

/** How the body of a request is read, and what it must be. */
export interface BodySpec<Body extends z.ZodType> {
  /** `json`: before the handler is called; `handler`: the handler reads it itself; `none`: it is not read. */
  readonly read: "none" | "json" | "handler";
  readonly schema: Body;
  /** Nothing, or `null`, stands for an empty object. */
  readonly isOptional: boolean;
  /** Media types that are taken. */
  readonly media: readonly string[];
  /** What the document shows of a body that the handler reads, if it is JSON. @default the schema */
  readonly shown?: z.ZodType;
}

/**
 * One method of one path, as data: requests are checked by it, the OpenAPI document, the reference and the client are made from it, and
 * the tests hold every answer against it. What does it is a handler of its own (`route.ts`).
 */
export interface Endpoint<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Success extends Answers = Answers,
> {
  /** Its name in the OpenAPI document and in the client. */
  readonly id: string;
  readonly method: Method;
  /** `/api/workflows/:id`: a segment with a colon matches any text; `:path{.+}` the whole rest. */
  readonly path: string;
  /** What it is for, in one line. */
  readonly summary: string;
  /** What else a caller has to know. */
  readonly description?: string;
  /**
   * Who may call it: `token`, with the token, or without one from this machine; `open`, every caller, without a rate limit; `own`: it
   * checks its callers itself and calls `admit` for them; `page`: a page of the console, for who is signed in, or need not be.
   */
  readonly access: "token" | "open" | "own" | "page";
  /** What the token of a person must be for. @default `read` for GET, `run` for all else */
  readonly scope?: TokenScope;
  /** It makes repeats with an `Idempotency-Key` harmless itself. @default false: its answer is kept, if it changes something */
  readonly ownsRepeats?: boolean;
  readonly params: Params;
  readonly query: Query;
  /** Headers of the request that mean something, besides those of every request. @default none */
  readonly headers?: z.ZodObject;
  readonly body: BodySpec<Body>;
  readonly answers: Success;
  /** Media types of the successful answer, if it may be something else than JSON. @default JSON alone */
  readonly media?: readonly string[];
  /** The data of its server-sent events, by their names, if it answers with such (`text/event-stream`). @default none */
  readonly events?: Events;
  /** Which other answers there may be, of any status and type, and who says so. @default none */
  readonly others?: string;
  /** Codes of the errors that it answers with, besides those that follow from access, parameters and body. */
  readonly errors: readonly ErrorCode[];
}

/** What the events of a stream hold, by their names. */
export interface Events {
  readonly [name: string]: z.ZodType;
}

/** An endpoint that answers with server-sent events. */
export type StreamEndpoint<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodType = z.ZodType,
  Sent extends Events = Events,
> = Endpoint<Params, Query, z.ZodUndefined> & { readonly events: Sent };

/** Gives an endpoint of server-sent events its exact type. */
export function streamEndpoint<
  Params extends z.ZodObject,
  Query extends z.ZodType,
  Sent extends Events,
>(
  data: Omit<StreamEndpoint<Params, Query, Sent>, "method" | "body" | "answers" | "media">,
): StreamEndpoint<Params, Query, Sent> {
  const body: BodySpec<z.ZodUndefined> = {
    ...{ read: "none", schema: z.undefined(), isOptional: true, media: [] },
  };
  return { ...data, method: "GET", body, answers: {}, media: [EVENT_STREAM] };
}

/** The media type of server-sent events (https://html.spec.whatwg.org/multipage/iana.html#text/event-stream). */
export const EVENT_STREAM = "text/event-stream";

/** Gives an endpoint its exact type. */
export function endpoint<
  Params extends z.ZodObject,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Success extends Answers,
>(data: Endpoint<Params, Query, Body, Success>): Endpoint<Params, Query, Body, Success> {
  return data;
}

/** What the token of a person must be for. */
export function scopeOf({ scope, method }: Pick<Endpoint, "scope" | "method">): TokenScope {
  return scope ?? (method === "GET" ? "read" : "run");
}

/** Whether its answers are kept under the `Idempotency-Key` of a request. */
export function keepsAnswers({ method, access, ownsRepeats, body }: Endpoint): boolean {
  return method !== "GET" && access === "token" && ownsRepeats !== true && body.read !== "handler";
}
