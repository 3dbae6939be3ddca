import { holdsTemplate } from "../../engine/definition/service-params.ts";
import {
  type Credential,
  type Credentials,
  missingCredential,
} from "../../engine/ports/credentials.ts";
import type { SecretUse, Service, ServiceContext } from "../../engine/ports/service.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { defineAction, showText } from "../action.ts";
import { valueAt } from "../answer-path.ts";
import { createAddressGuard } from "./address-guard.ts";
import { OAuthTokens } from "./oauth-tokens.ts";
import { outlineRequest } from "./outline-request.ts";
import { pagesProblems, readPages } from "./pages.ts";
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
  const tokens = new OAuthTokens(guard, (secrets, until) => credentials?.hide(secrets, until));
  const credentialOf = async (
    { auth, url }: RequestParams,
    { workflowId }: ServiceContext,
  ): Promise<Credential | null> => {
    if (auth === undefined) return null;
    if (credentials === undefined) throw missingCredential(auth.credential);
    return credentials.use(auth.credential, { workflowId, url: new URL(url) });
  };
  const send: Send = async (params, context) => {
    const url = new URL(params.url);
    checkSecretHosts(url, context.secrets ?? [], secretHosts);
    const credential = await credentialOf(params, context);
    const traceParent = traceParentFor(url, context);
    return sendRequest(params, context, { guard, tokens }, { credential, traceParent });
  };
  return {
    name: "http",
    defaultAction: "request",
    actions: {
      request: defineAction({
        summary:
          "Makes an HTTP request; gives {status, data, headers}, and with pages {status, data, headers, pages, hasMore}: the items of all pages, and whether there are more.",
        describe: ({ method, url, body }) => {
          const sent = body === undefined ? "" : ` with ${showText(body)}`;
          return `Sends ${showText(method ?? "GET")} ${showText(url)}${sent}`;
        },
        outline: (params) => outlineRequest(params),
        example: EXAMPLE,
        params: RequestParams,
        counterpart: ({ url }) => hostOf(url),
        sideEffect: true,
        reads: ({ method = "GET" }) => typeof method === "string" && /^(?:get|head)$/i.test(method),
        carriesOut,
        checkTogether: (params) => pagesProblems(params),
        onUnknown: ({ look }) => (look === undefined ? "repeat" : "look"),
        checkSecrets: (params, secrets) => [
          ...secretHostProblems(params, secrets, secretHosts),
          ...lookProblems(params, secrets, secretHosts),
        ],
        execute: async (params, context) => {
          const { pages } = params;
          if (pages === undefined) return send(params, context);
          return readPages(params, pages, (page) => send({ ...params, ...page }, context));
        },
        look: async (params, context) => lookForEffect(params, context, send),
      }),
    },
  };
}

const EXAMPLE: JsonObject = {
  url: "https://shop.example/orders/{{variables.number}}",
  method: "PATCH",
  body: { status: "shipped" },
  auth: { credential: "shop" },
};

/** What is filled into an address, a query or a header leaves, whatever the method. */
function carriesOut({ url, query, headers, body, form, look }: JsonObject): boolean {
  return [url, query, headers, body, form, look].some(
    (part) => part !== undefined && holdsTemplate(part),
  );
}

type Send = (params: RequestParams, context: ServiceContext) => Promise<JsonObject>;

/** What speaks against the secrets of the request that looks for an effect. */
function lookProblems(
  { look }: JsonObject,
  secrets: readonly SecretUse[],
  hosts: SecretHosts,
): ReturnType<typeof secretHostProblems> {
  const own = secretsOfLook(secrets);
  if (!isJsonObject(look) || own.length === 0) return [];
  return secretHostProblems(look, own, hosts).map((problem) => ({
    ...problem,
    path: ["look", ...problem.path],
  }));
}

/** Those within `look`, with their places in it. */
function secretsOfLook(secrets: readonly SecretUse[]): readonly SecretUse[] {
  return secrets.flatMap(({ name, path: [first, ...rest] }) =>
    first === "look" ? [{ name, path: rest }] : [],
  );
}

/** Whether an earlier attempt had its effect: what the other side has of it, or `null`. */
async function lookForEffect(
  params: RequestParams,
  context: ServiceContext,
  send: Send,
): Promise<JsonObject | null> {
  const { look, body: _body, form: _form, pages: _pages, ...rest } = params;
  if (look === undefined) return null;
  const { url, query, headers, found } = look;
  const question: RequestParams = {
    ...rest,
    url,
    query,
    headers,
    method: "GET",
    expectStatus: 404,
  };
  const secrets = secretsOfLook(context.secrets ?? []);
  const answer = await send(question, { ...context, secrets });
  if (answer["status"] === 404) return null;
  if (found === undefined) return answer;
  const value = valueAt(answer["data"] ?? null, found);
  const isNothing = Array.isArray(value) ? value.length === 0 : !value;
  return isNothing ? null : answer;
}

/** Host and port, without what may be secret; `null`: it is no address. */
function hostOf(url: Json | undefined): string | null {
  if (typeof url !== "string" || !URL.canParse(url)) return null;
  return new URL(url).host || null;
}
