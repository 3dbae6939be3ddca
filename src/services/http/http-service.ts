import { holdsTemplate } from "../../engine/definition/service-params.ts";
import {
  type Credential,
  type Credentials,
  missingCredential,
} from "../../engine/ports/credentials.ts";
import type { Service, ServiceContext } from "../../engine/ports/service.ts";
import { defineAction, showText } from "../action.ts";
import { createAddressGuard } from "./address-guard.ts";
import { OAuthTokens } from "./oauth-tokens.ts";
import { outlineRequest } from "./outline-request.ts";
import { RequestParams } from "./request-params.ts";
import { checkSecretHosts, type SecretHosts, secretHostProblems } from "./secret-hosts.ts";
import { sendRequest } from "./send-request.ts";

/** The `traceparent` header of a request; `null`: it has none. */
export type TraceParentFor = (
  url: URL,
  attempt: Pick<ServiceContext, "executionId" | "idempotencyKey" | "attempt">,
) => string | null;

/**
 * HTTP requests to public addresses.
 *
 * @param options - `allowHosts`: private hosts or CIDRs that are allowed; `secretHosts`: where secrets may be sent, by their
 *   names, as `matchesHost` reads it; `credentials`: what `auth` may name; `traceParentFor`: which requests say to what trace they
 *   belong, none by default.
 */
export function createHttpService(
  options: {
    readonly allowHosts?: readonly string[];
    readonly secretHosts?: SecretHosts;
    readonly credentials?: Pick<Credentials, "use" | "hide">;
    readonly traceParentFor?: TraceParentFor;
  } = {},
): Service {
  const guard = createAddressGuard(options.allowHosts ?? []);
  const { secretHosts = {}, credentials, traceParentFor = () => null } = options;
  const tokens = new OAuthTokens(guard, (secrets) => credentials?.hide(secrets));
  const credentialOf = async (
    { auth, url }: RequestParams,
    { workflowId }: ServiceContext,
  ): Promise<Credential | null> => {
    if (auth === undefined) return null;
    if (credentials === undefined) throw missingCredential(auth.credential);
    return credentials.use(auth.credential, { workflowId, url: new URL(url) });
  };
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
        outline: (params) => outlineRequest(params),
        example: {
          url: "https://shop.example/orders/{{variables.number}}",
          method: "PATCH",
          body: { status: "shipped" },
          auth: { credential: "shop" },
        },
        params: RequestParams,
        sideEffect: true,
        reads: ({ method = "GET" }) => typeof method === "string" && /^(?:get|head)$/i.test(method),
        // What is filled into an address, a query or a header leaves, whatever the method.
        carriesOut: ({ url, query, headers, body, form }) =>
          [url, query, headers, body, form].some(
            (part) => part !== undefined && holdsTemplate(part),
          ),
        onUnknown: "repeat",
        checkSecrets: (params, secrets) => secretHostProblems(params, secrets, secretHosts),
        execute: async (params, context) => {
          const url = new URL(params.url);
          checkSecretHosts(url, context.secrets ?? [], secretHosts);
          const credential = await credentialOf(params, context);
          const traceParent = traceParentFor(url, context);
          return sendRequest(params, context, { guard, tokens }, { credential, traceParent });
        },
      }),
    },
  };
}
