import type { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import "../../shared/schema-words.ts";
import { formatPath } from "../../shared/format-path.ts";
import type { BodySpec, Endpoint } from "./endpoint.ts";
import type { WebRequest } from "./web-request.ts";

/** What a handler is called with. */
export interface Input<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  /** The decoded segments that the path names. */
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  /** `undefined` if the endpoint takes none, or its handler reads it itself. */
  readonly body: z.output<Body>;
}

/**
 * Reads and checks what an endpoint takes of a request.
 *
 * @throws {AppError} `input_invalid`; of the body also `json_malformed`, `body_too_large`.
 */
export async function readInput<
  Params extends z.ZodObject,
  Query extends z.ZodType,
  Body extends z.ZodType,
>(
  { params, query, body }: Pick<Endpoint<Params, Query, Body>, "params" | "query" | "body">,
  request: WebRequest,
): Promise<Input<Params, Query, Body>> {
  return {
    params: parseInput(params, request.params, "address"),
    query: parseInput(query, queryObject(request.query), "query"),
    body: parseInput(body.schema, await valueOf(body, request), "body"),
  };
}

async function valueOf(
  { read, isOptional }: BodySpec<z.ZodType>,
  request: WebRequest,
): Promise<unknown> {
  if (read !== "json") return undefined;
  const value = await request.readJson();
  return isOptional ? (value ?? {}) : value;
}

/**
 * Validates input with a schema.
 *
 * @param what - the name of the input, for the message: `body`, `query`.
 * @throws {AppError} `input_invalid`, with every problem in `details.problems`.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({
    path: formatPath(issue.path) || what,
    message: issue.message,
    fix: `Correct ${formatPath(issue.path) || `the ${what}`} and send the request again.`,
  }));
  const [first] = problems;
  throw new AppError({
    code: "input_invalid",
    message: `The ${what} is not right: ${first?.path ?? what}: ${first?.message ?? "unknown problem"}.`,
    details: { problems },
  });
}

/** The non-empty values of the query by name; the last one of a repeated name. */
function queryObject(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([, value]) => value !== ""));
}
