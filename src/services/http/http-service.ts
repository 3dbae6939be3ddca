import type { Service } from "../../engine/ports/service.ts";
import { defineAction, showText } from "../action.ts";
import { createAddressGuard } from "./address-guard.ts";
import { RequestParams, sendRequest } from "./send-request.ts";

/**
 * HTTP requests to public addresses.
 *
 * @param options - `allowHosts`: private hosts or CIDRs that are allowed.
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
        // What a request that only reads sends along is shown with its step.
        reads: ({ method = "GET" }) => typeof method === "string" && /^(?:get|head)$/i.test(method),
        onUnknown: "repeat",
        execute: async (params, context) => sendRequest(params, context, guard),
      }),
    },
  };
}
