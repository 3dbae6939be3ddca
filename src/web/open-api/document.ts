import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiContentObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import { IdempotencyKey } from "../endpoints/parts.ts";
import { type Endpoint, EVENT_STREAM, keepsAnswers } from "../http/endpoint.ts";
import { ErrorBody, errorsByStatus } from "./answers.ts";

const ABOUT =
  "Deploys workflows, starts executions and reads what became of them. A request with more than 100 headers, or with more than 16 kB of them, is answered with 431, one that does not arrive in time with 408.";

export interface OpenApiOptions {
  /** Answers have the declared members and no others: to be tested against. @default false: clients must bear further ones */
  readonly isClosed?: boolean;
}

/** The API as an OpenAPI document of version 3.1. */
export function createOpenApi(
  endpoints: readonly Endpoint[],
  { isClosed = false }: OpenApiOptions = {},
) {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of endpoints) {
    const path = documentedPath(endpoint.path);
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  }
  return createDocument(
    {
      openapi: "3.1.1",
      info: { title: "Heddle", version: "0.1.0", description: ABOUT },
      servers: [{ url: "/" }],
      paths,
      components: {
        securitySchemes: { token: { type: "http", scheme: "bearer" } },
      },
    },
    {
      allowEmptySchema: { custom: true, undefined: true },
      override: ({ jsonSchema, io }) => {
        if (io === "output" && !isClosed && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties;
        // Of every whole number; those who read the document learn nothing from them.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    },
  );
}

/** `/api/workflows/{id}`. */
export function documentedPath(path: string): string {
  return path.replace(/:(\w+)(?:\{[^}]*\})?/g, "{$1}");
}

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { id, summary, description, access, params, query, headers, path } = endpoint;
  const header = headers ?? (keepsAnswers(endpoint) ? IdempotencyKey : undefined);
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    tags: [path.split("/")[2] ?? path.slice(1)],
    // Without a token configured, callers on the same machine need none.
    security: access === "token" ? [{ token: [] }, {}] : [],
    requestParams: {
      ...(path.includes(":") && { path: params }),
      ...(isObject(query) && { query }),
      ...(header && { header }),
    },
    ...(endpoint.body.media.length > 0 && { requestBody: requestBodyOf(endpoint) }),
    responses: responsesOf(endpoint),
  };
}

function isObject(schema: z.ZodType): schema is z.ZodType<unknown, Record<string, unknown>> {
  const inner = schema instanceof z.ZodPipe ? schema.in : schema;
  return inner instanceof z.ZodObject && Object.keys(inner.shape).length > 0;
}

function requestBodyOf({ body }: Endpoint) {
  const { schema, shown = schema, isOptional, media } = body;
  const content: ZodOpenApiContentObject = {};
  for (const type of media) content[type] = { schema: type === "application/json" ? shown : {} };
  return { content, required: !isOptional };
}

/** Each event of a stream by itself: OpenAPI 3.1 has no word for a sequence of them. */
function eventOf({ events = {} }: Endpoint): z.ZodType {
  const each = Object.entries(events).map(([name, data]) =>
    z.object({ event: z.literal(name), data }),
  );
  return z.union(each).meta({ description: "One event of the stream." });
}

function responsesOf(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const { answers, media = [] } = endpoint;
  const responses: Record<string, ZodOpenApiResponseObject> = {};
  const others: ZodOpenApiContentObject = Object.fromEntries(
    media.map((type) => [type, type === EVENT_STREAM ? { schema: eventOf(endpoint) } : {}]),
  );
  if (Object.keys(answers).length === 0 && media.length > 0)
    responses["200"] = { description: "Done.", content: others };
  for (const [status, schema] of Object.entries(answers)) {
    if (status === "304") {
      responses[status] = { description: "It has not changed." };
      continue;
    }
    const isSuccess = status.startsWith("2");
    responses[status] = {
      description: isSuccess ? "Done." : "Not now.",
      content: { "application/json": { schema }, ...(isSuccess && others) },
    };
  }
  for (const [status, codes] of errorsByStatus(endpoint)) {
    const own = answers[status];
    const schema = own === undefined ? ErrorBody : z.union([own, ErrorBody]);
    responses[status] = {
      description: codes.map((code) => `\`${code}\``).join(", "),
      content: { "application/json": { schema } },
    };
  }
  if (endpoint.others !== undefined)
    responses["default"] = { description: endpoint.others, content: { "*/*": {} } };
  return responses;
}
