import type { IncomingMessage } from "node:http";
import { parseAccept } from "hono/utils/accept";
import type { Refused } from "../http/app.ts";
import type { RouteResponse } from "../http/response.ts";
import { type Html, html } from "../pages/html.ts";
import { CONSOLE_HEADERS, layout } from "./layout.ts";
import { redirect } from "./page-route.ts";

/** What is wrong, in a few words, by status. */
const TITLES: Readonly<Record<number, string>> = {
  400: "That could not be read",
  403: "Not allowed",
  404: "Not found",
  405: "Not possible here",
  409: "Not possible now",
  413: "Too large",
  429: "Too many requests",
  503: "Not available at the moment",
};

/**
 * An error as a page, for people who opened an address in a browser; programs get JSON as ever.
 *
 * @returns `null` for programs. Who is not signed in is led to where they can.
 */
export function showError({ error, status, incoming, target }: Refused): RouteResponse | null {
  if (!isForPerson(incoming, target.path)) return null;
  if (error.code === "token_invalid") {
    // What a form was sent to is no place to come back to.
    const path = incoming.method === "POST" ? "/" : target.path;
    const to = target.search === "" ? path : `${path}?${target.search}`;
    return redirect(`/sign-in?${new URLSearchParams({ to }).toString()}`);
  }
  const title = TITLES[status] ?? "Something went wrong";
  const page = layout(
    { title, place: null, content: content(title, error.message, target.id) },
    { viewer: null, formToken: "" },
  );
  return { page, status, headers: CONSOLE_HEADERS };
}

function content(title: string, message: string, reference: string): Html {
  return html`<div class="narrow card">
<h1>${title}</h1>
<p>${message}</p>
<p class="quiet">Reference for the operator: <code>${reference}</code></p>
<p><a class="button" href="/">To the overview</a> <a class="button" href="/sign-in">Sign in as another person</a></p>
</div>`;
}

/** Browsers name HTML when an address is opened; the API is for programs however it is asked. */
function isForPerson({ headers, method = "GET" }: IncomingMessage, path: string): boolean {
  if (/^\/(?:api|webhooks|slack|dashboard|healthz|readyz|metrics|assets)(?:\/|$)/.test(path))
    return false;
  if (method !== "GET" && method !== "HEAD" && method !== "POST") return false;
  const accept = parseAccept(headers.accept ?? "");
  return accept.some(({ type, q }) => type.toLowerCase() === "text/html" && q > 0);
}
