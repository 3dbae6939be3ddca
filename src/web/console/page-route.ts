import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import type { TokenScope } from "../../engine/ports/tokens.ts";
import { parseContentType } from "../../shared/content-type.ts";
import { parseForm } from "../../shared/form-body.ts";
import { NoQuery, noBody, ownBody } from "../endpoints/parts.ts";
import { readCookie, writeCookie } from "../http/cookies.ts";
import { type Endpoint, endpoint } from "../http/endpoint.ts";
import { assertSentByPage, formTokenOf } from "../http/form-token.ts";
import { parseInput } from "../http/input.ts";
import type { MediaResponse } from "../http/response.ts";
import { type Route, route } from "../http/route.ts";
import type { Site } from "../http/site.ts";
import type { WebRequest } from "../http/web-request.ts";
import { CONSOLE_HEADERS, type Frame, layout, type PageContent } from "./layout.ts";
import { type Viewer, viewerOf } from "./viewer.ts";

/** What the pages of the console are made with. */
export interface ConsoleParts {
  readonly engine: Engine;
  readonly site: Site;
}

/** What a page is asked by whom. */
export interface PageRequest {
  readonly viewer: Viewer;
  /** For the forms of the page. */
  readonly formToken: string;
  readonly request: WebRequest;
}

/** Leads on after a form was handled: the browser does not send it again when the page is reloaded. */
export interface Redirect {
  readonly to: string;
  readonly cookies?: readonly string[];
}

const HTML = "text/html";
const FORM = "application/x-www-form-urlencoded";
const FORM_SECRET_BYTES = 24;

/** A page at a path. @param query - what its address says besides. */
export function pageAt<Params extends z.ZodObject, Query extends z.ZodType>(
  parts: ConsoleParts,
  at: {
    readonly id: string;
    readonly path: string;
    readonly params: Params;
    readonly query: Query;
  },
  build: (
    input: { readonly params: z.output<Params>; readonly query: z.output<Query> },
    request: PageRequest,
  ) => Promise<PageContent | Redirect>,
): Route {
  const page = endpoint({
    ...at,
    method: "GET",
    summary: "A page.",
    access: "page",
    body: noBody,
    answers: {},
    media: [HTML],
    errors: [],
  });
  return route(page)(async ({ params, query }, request) => {
    const viewer = await viewerOf(parts.engine, request);
    return respond(parts.site, request, viewer, (formToken) =>
      build({ params, query }, { viewer, formToken, request }),
    );
  });
}

/** What a form is sent to. It is checked that a page of this console sent it before `handle` is called. */
export function formAt<Params extends z.ZodObject, Fields extends z.ZodType>(
  parts: ConsoleParts,
  at: {
    readonly id: string;
    readonly path: string;
    readonly params: Params;
    readonly fields: Fields;
    /** What a session by a token must be for. @default `run` */
    readonly scope?: TokenScope;
  },
  handle: (
    input: { readonly params: z.output<Params>; readonly fields: z.output<Fields> },
    request: PageRequest,
  ) => Promise<PageContent | Redirect>,
): Route {
  const { fields: schema, ...address } = at;
  const form = endpoint({
    ...address,
    method: "POST",
    summary: "A form of a page.",
    access: "page",
    query: NoQuery,
    body: ownBody([FORM]),
    answers: {},
    media: [HTML],
    errors: [],
  });
  return route(form)(async ({ params }, request) => {
    const fields = parseInput(schema, await readForm(parts.site, request), "form");
    const viewer = await viewerOf(parts.engine, request);
    return respond(parts.site, request, viewer, (formToken) =>
      handle({ params, fields }, { viewer, formToken, request }),
    );
  });
}

/**
 * The fields of a form of ours, without its token.
 *
 * @throws {AppError} `not_allowed` for what no page of this console sent.
 */
export async function readForm(
  site: Site,
  request: WebRequest,
): Promise<Readonly<Record<string, unknown>>> {
  // Before the body is read: what another origin sends is not worth it.
  site.assertOrigin(request.headers);
  const { charset } = parseContentType(request.headers["content-type"] ?? "");
  const { form, ...fields } = parseForm(await request.readBody(), charset);
  assertSentByPage(site, request.headers, typeof form === "string" ? form : "");
  return fields;
}

/** Sends a page, with the cookie by which its forms are checked if the browser has none yet. */
export async function respond(
  site: Site,
  { headers }: Pick<WebRequest, "headers">,
  viewer: Frame["viewer"],
  build: (formToken: string) => Promise<PageContent | Redirect>,
): Promise<MediaResponse> {
  const known = readCookie(headers, "form", site);
  const secret = known ?? randomBytes(FORM_SECRET_BYTES).toString("base64url");
  const formToken = formTokenOf(secret, readCookie(headers, "session", site));
  const page = await build(formToken);
  const given = known === null ? [writeCookie("form", secret, site)] : [];
  if ("to" in page) return redirect(page.to, [...given, ...(page.cookies ?? [])]);
  return {
    page: layout(page, { viewer, formToken }),
    status: page.status ?? 200,
    headers: CONSOLE_HEADERS,
    cookies: given,
  };
}

/** @param cookies - values of `Set-Cookie`. */
export function redirect(to: string, cookies: readonly string[] = []): MediaResponse {
  const headers = { Location: to };
  return { status: 303, headers, cookies, text: "", contentType: "text/plain; charset=utf-8" };
}

/** An endpoint of pages that visitors see who are not signed in; it checks by itself who calls. */
export function visitorEndpoint(
  id: string,
  method: "GET" | "POST",
  path: string,
): Endpoint<z.ZodObject, z.ZodType, z.ZodUndefined, Record<number, never>> {
  return endpoint({
    ...{ id, method, path },
    summary: "A page for visitors.",
    access: "own",
    params: z.object({}),
    query: NoQuery,
    body: method === "GET" ? noBody : ownBody([FORM]),
    answers: {},
    media: [HTML],
    errors: [],
  });
}
