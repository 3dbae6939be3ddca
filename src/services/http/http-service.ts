import { z } from "zod";
import type { Service } from "../../engine/ports/service.ts";
import { defineAction, showText } from "../action.ts";
import { createAddressGuard } from "./address-guard.ts";
import { sendRequest } from "./send-request.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;
const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Status = z.int().min(100).max(599);

const RequestParams = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://" }),
  method: z
    .string()
    .transform((method) => method.toUpperCase())
    .pipe(z.enum(METHODS, `one of ${METHODS.join(", ")}`))
    .default("GET"),
  headers: z.record(z.string().min(1), Scalar).optional(),
  query: z.record(z.string().min(1), z.union([Scalar, z.null(), z.array(Scalar)])).optional(),
  body: z.json().optional(),
  /** Milliseconds; at most five minutes. */
  timeout: z.int().min(1).max(300_000).default(30_000),
  /** Statuses of 400 and more that are no failure. */
  expectStatus: z
    .union([Status, z.array(Status).min(1)], "a status such as 404, or a list of them")
    .optional(),
});
export type RequestParams = z.output<typeof RequestParams>;

/**
 * HTTP requests to public addresses.
 *
 * @param options - `allowHosts`: private hosts or CIDRs that may be reached all the same.
 */
export function createHttpService(
  options: { readonly allowHosts?: readonly string[] } = {},
): Service {
  const guard = createAddressGuard(options.allowHosts ?? []);
  return {
    name: "http",
    defaultAction: "request",
    actions: {
      request: defineAction({
        summary: "Makes an HTTP request; gives {status, data, headers}.",
        describe: ({ method, url, body }) => {
          const sent = body === undefined ? "" : ` with ${showText(body)}`;
          return `Sends ${showText(method ?? "GET")} ${showText(url)}${sent}`;
        },
        params: RequestParams,
        sideEffect: true,
        onUnknown: "repeat",
        execute: async (params, context) => sendRequest(params, context, guard),
      }),
    },
  };
}
