import type { z } from "zod";
import type { Json } from "../../shared/json.ts";
import type { Answers, Endpoint } from "./endpoint.ts";
import { type Input, readInput } from "./input.ts";
import type { JsonResponse, MediaResponse, RouteResponse } from "./response.ts";
import type { WebRequest } from "./web-request.ts";

/** A value that is only read. Members that a schema leaves open need not be declared. */
type Frozen<T> = Json extends T
  ? T
  : T extends readonly unknown[]
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T extends object
      ? {
          readonly [K in keyof T as string extends K
            ? unknown extends T[K]
              ? never
              : K
            : K]: Frozen<T[K]>;
        }
      : T;

type StatusOf<Status> = Status extends 200
  ? { readonly status?: 200 }
  : { readonly status: Status };

/** The answers in JSON that an endpoint declares. */
type Declared<Success extends Answers> = {
  [Status in keyof Success & number]: StatusOf<Status> & {
    readonly body: Frozen<z.output<Success[Status]>>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof Success & number];

/** An endpoint with what does it. */
export interface Route {
  readonly endpoint: Endpoint;
  handle(request: WebRequest): Promise<RouteResponse>;
}

/** Does what an endpoint is for. Gives one of the declared answers, or throws an {@link AppError} with one of the declared codes. */
type Handler<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Success extends Answers,
> = (
  input: Input<Params, Query, Body>,
  request: WebRequest,
) => Promise<(Declared<Success> & JsonResponse) | MediaResponse>;

/**
 * Puts a handler to an endpoint: `route(endpoint)(handler)`. It is called with what the schemas of the endpoint make of the request, after
 * the caller was checked.
 */
export function route<
  Params extends z.ZodObject,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Success extends Answers,
>(
  endpoint: Endpoint<Params, Query, Body, Success>,
): (handle: Handler<Params, Query, Body, Success>) => Route {
  // In two steps, so that the compiler knows the answers when it sees the handler.
  return (handle) => ({
    endpoint,
    handle: async (request) => {
      const input = await readInput(endpoint, request);
      return request.once(input, () => handle(input, request));
    },
  });
}
