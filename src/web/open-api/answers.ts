import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "../../shared/errors.ts";
import { anyValue, Problem } from "../endpoints/parts.ts";
import { type Endpoint, keepsAnswers } from "../http/endpoint.ts";
import { statusOf } from "../http/error-response.ts";

/** The body of every answer that is no success. */
export const ErrorBody = z
  .object({
    error: z.string().meta({ description: "What happened and what to do." }),
    code: z.enum(ERROR_CODES),
    problems: z.array(Problem.or(z.looseObject({ message: z.string() }))).optional(),
    warnings: z.array(Problem).optional(),
    near: z
      .array(z.string())
      .optional()
      .meta({ description: "Routes near to an address that there is not." }),
    nextVersion: z.int().optional().meta({ description: "The next free number of a version." }),
    diff: z.looseObject({}).optional(),
    steps: z.array(anyValue()).optional(),
    line: z.int().optional(),
    column: z.int().optional(),
    position: z.int().optional().meta({ description: "Characters before the mistake in JSON." }),
    reference: z.string().optional().meta({ description: "Finds the request in the log." }),
  })
  .meta({ id: "Error" });

/** Codes of the errors that an endpoint answers with, by status. */
export function errorsByStatus(endpoint: Endpoint): ReadonlyMap<number, readonly ErrorCode[]> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...endpoint.errors, ...impliedErrors(endpoint)])) {
    const status = statusOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

/** What follows from how an endpoint is called. */
function impliedErrors(endpoint: Endpoint): readonly ErrorCode[] {
  const { access, body, method } = endpoint;
  return [
    ...(access === "token" ? (["scope_missing"] as const) : []),
    ...(keepsAnswers(endpoint) ? (["key_reused", "request_under_way"] as const) : []),
    // Also for what is not right in address, query and headers.
    "input_invalid",
    ...(access === "token" ? (["token_invalid", "not_allowed", "rate_limited"] as const) : []),
    ...(body.read === "none"
      ? []
      : (["json_malformed", "body_too_large", "rate_limited"] as const)),
    ...(method === "GET" ? [] : (["store_conflict"] as const)),
    "store_unavailable",
    "store_locked",
    "internal",
  ];
}
