import type { AxiosResponse } from "axios";
import type { ServiceContext } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import { toFormText } from "./form-text.ts";
import type { RequestBody } from "./request-body.ts";

/** One hop of a request; a redirect leads to the next. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody["data"];
}

/** The body as it is sent: text or bytes, and with it the type of a form of several parts, whose boundary is in it. */
export async function withBytes(hop: Hop): Promise<Hop> {
  const { body, headers } = hop;
  if (body instanceof FormData) {
    const form = new Response(body);
    const type = form.headers.get("content-type") ?? "";
    const bytes = Buffer.from(await form.arrayBuffer());
    return { ...hop, body: bytes, headers: { ...headers, "content-type": type } };
  }
  return { ...hop, body: toBytes({ body, headers }) };
}

/** The client would copy an object first, without members that are named `constructor`, `prototype` or `__proto__`. */
export function toBytes({ body, headers }: Pick<Hop, "body" | "headers">): Hop["body"] {
  if (typeof body !== "object" || body === null) return body;
  if (Buffer.isBuffer(body) || body instanceof FormData) return body;
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "");
  return isForm ? toFormText(body) : JSON.stringify(body);
}

/**
 * Headers kept when a redirect leads to another origin; others may hold a key for the first one.
 */
const FOR_ANY_HOST = new Set([
  "accept",
  "accept-language",
  "content-type",
  "idempotency-key",
  "user-agent",
]);

/**
 * The next hop of a redirect; `null` for any other response. Scheme, host and port are the origin: another one gets neither a
 * header that may hold a key nor anything that holds a secret.
 *
 * @throws {AppError} `service_rejected` where the redirect would have to take a secret to another origin, or leads to no web
 *   address.
 */
export function nextHop(
  hop: Hop,
  response: Pick<AxiosResponse, "status" | "headers">,
  context: Pick<ServiceContext, "secrets" | "hideSecrets">,
): Hop | null {
  const location: unknown = response.headers["location"];
  if (![301, 302, 303, 307, 308].includes(response.status) || typeof location !== "string") {
    return null;
  }
  const url = URL.parse(location, hop.url);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new AppError({
      code: "service_rejected",
      message: `${hop.url.host} redirects to something that is not a web address.`,
    });
  }
  const keepsMethod = response.status >= 307 || hop.method === "GET" || hop.method === "HEAD";
  const next = {
    url,
    method: keepsMethod ? hop.method : "GET",
    headers: hop.headers,
    body: keepsMethod ? hop.body : undefined,
  };
  const headers = keepsMethod ? hop.headers : without(hop.headers, /^content-/);
  if (url.origin === hop.url.origin) return { ...next, headers };
  refuseSecrets(next, hop, context);
  const secret = new Set(namesIn("headers", context));
  const kept = Object.entries(headers).filter(
    ([name]) => FOR_ANY_HOST.has(name) && !secret.has(name),
  );
  return { ...next, headers: Object.fromEntries(kept) };
}

function without(headers: Hop["headers"], names: RegExp): Hop["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.test(name)));
}

/** Names of the members of a parameter that hold secrets, in lower case; an empty one for the parameter itself. */
function namesIn(param: string, { secrets = [] }: Pick<ServiceContext, "secrets">): string[] {
  return secrets
    .filter(({ path }) => path[0] === param)
    .map(({ path }) => String(path[1] ?? "").toLowerCase());
}

function refuseSecrets(
  next: Hop,
  hop: Hop,
  context: Pick<ServiceContext, "secrets" | "hideSecrets">,
): void {
  const { href, origin } = next.url;
  const inBody = [...namesIn("body", context), ...namesIn("form", context)];
  const hasBody = next.body !== undefined && inBody.length > 0;
  const isEchoed = context.hideSecrets !== undefined && context.hideSecrets(href) !== href;
  if (!hasBody && !isEchoed) return;
  throw new AppError({
    code: "service_rejected",
    message: `${hop.url.host} redirects to ${origin}, and ${hasBody ? "the body" : "the new address"} holds a secret, which is for ${hop.url.origin} alone. If the new address is right, write it into the workflow.`,
  });
}
