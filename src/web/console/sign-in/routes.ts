import { randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { OPERATOR } from "../../../engine/model/actor.ts";
import { looksLikeApiToken } from "../../../shared/api-token.ts";
import { AppError, isAppError } from "../../../shared/errors.ts";
import { sha256 } from "../../../shared/hash.ts";
import { NoParams } from "../../endpoints/parts.ts";
import { proofOf } from "../../http/auth.ts";
import { readCookie, writeCookie } from "../../http/cookies.ts";
import { parseInput } from "../../http/input.ts";
import { type Route, route } from "../../http/route.ts";
import type { WebRequest } from "../../http/web-request.ts";
import {
  type ConsoleParts,
  formAt,
  readForm,
  redirect,
  respond,
  visitorEndpoint,
} from "../page-route.ts";
import { signInPage } from "./page.ts";
import type { SignInAttempt, SignInWithSlack } from "./slack.ts";

export interface SignInParts extends ConsoleParts {
  /** The token of the whole API, if there is one. */
  readonly apiToken?: string;
  readonly slack?: SignInWithSlack;
}

/** How long Slack may take to send a person back, in seconds. */
const ATTEMPT_SECONDS = 600;
const NONCE_BYTES = 24;
/** Characters of a path that is kept meanwhile: browsers refuse a cookie beyond 4096 bytes (RFC 6265, 6.1), and escaped it is longer. */
const MAX_KEPT = 1000;
const CALLBACK = "/sign-in/slack/callback";

/** Signing in and out. Sessions begin here alone. */
export function signInRoutes(parts: SignInParts): readonly Route[] {
  return [
    route(visitorEndpoint("signInPage", "GET", "/sign-in"))(async (_input, request) => {
      admitVisitor(parts, request);
      return showSignIn(parts, request, request.query.get("to"));
    }),
    route(visitorEndpoint("signIn", "POST", "/sign-in"))(async (_input, request) => {
      admitVisitor(parts, request);
      return signInByToken(parts, request);
    }),
    formAt(
      parts,
      { id: "signOut", path: "/sign-out", params: NoParams, fields: z.object({}), scope: "read" },
      async (_input, { request }) => {
        const secret = readCookie(request.headers, "session", parts.site);
        if (secret !== null) await parts.engine.sessions.end(secret);
        return { to: "/sign-in", cookies: [writeCookie("session", "", parts.site, 0)] };
      },
    ),
    ...(parts.slack === undefined ? [] : slackRoutes(parts, parts.slack)),
  ];
}

function slackRoutes(parts: SignInParts, slack: SignInWithSlack): readonly Route[] {
  return [
    route(visitorEndpoint("signInWithSlack", "GET", "/sign-in/slack"))(async (_input, request) => {
      admitVisitor(parts, request);
      const attempt = newAttempt(parts, request);
      const to = ownPath(request.query.get("to"));
      const kept = [attempt.state, attempt.nonce, to.length > MAX_KEPT ? "/" : to].join(" ");
      return redirect(await slack.addressFor(attempt), [
        writeCookie("sign-in", kept, parts.site, ATTEMPT_SECONDS),
      ]);
    }),
    route(visitorEndpoint("signedInWithSlack", "GET", CALLBACK))(async (_input, request) => {
      admitVisitor(parts, request);
      return signInBySlack(parts, slack, request);
    }),
  ];
}

/** A visitor has proven nothing yet: attempts are limited by address, and the name by which the page is reached has to be its own. */
function admitVisitor({ site }: ConsoleParts, request: WebRequest): void {
  site.assertHost(request.headers);
  request.admit("sign-in", false);
}

function showSignIn(parts: SignInParts, request: WebRequest, to: string | null, problem?: string) {
  return respond(parts.site, request, null, async (formToken) =>
    signInPage({
      ...{ formToken, to: ownPath(to), hasSlack: parts.slack !== undefined },
      ...(problem !== undefined && { problem }),
    }),
  );
}

const Fields = z.object({
  token: z.string().trim().max(500),
  to: z.string().max(4000).default("/"),
});

async function signInByToken(parts: SignInParts, request: WebRequest) {
  const { token, to } = parseInput(Fields, await readForm(parts.site, request), "form");
  try {
    const { secret } = await parts.engine.sessions.begin(await ownerOf(parts, token));
    return redirect(ownPath(to), [writeCookie("session", secret, parts.site)]);
  } catch (error) {
    const isRefused = isAppError(error, "token_invalid") || isAppError(error, "not_allowed");
    if (!isRefused) throw error;
    return showSignIn(parts, request, to, error.message);
  }
}

/** Who has a token. @throws {AppError} `token_invalid`, `not_allowed`. */
async function ownerOf({ engine, apiToken }: SignInParts, token: string) {
  if (looksLikeApiToken(token)) {
    const holder = await engine.tokens.identify(token, true);
    return { by: holder.owner, via: "token", token: holder } as const;
  }
  if (apiToken !== undefined && timingSafeEqual(sha256(token), sha256(apiToken)))
    return { by: OPERATOR, via: "api_token", proof: proofOf(apiToken) } as const;
  throw new AppError({
    code: "token_invalid",
    message: "This is no token of this bot. Copy it again, with nothing before or after it.",
  });
}

function newAttempt({ site }: ConsoleParts, { headers }: WebRequest): SignInAttempt {
  const random = () => randomBytes(NONCE_BYTES).toString("base64url");
  return { state: random(), nonce: random(), redirectUri: `${site.originOf(headers)}${CALLBACK}` };
}

async function signInBySlack(parts: SignInParts, slack: SignInWithSlack, request: WebRequest) {
  const { site, engine } = parts;
  const kept = readCookie(request.headers, "sign-in", site) ?? "";
  const [state = "", nonce = "", to = "/"] = kept.split(" ");
  const forget = writeCookie("sign-in", "", site, 0);
  const code = request.query.get("code") ?? "";
  const isOwn = state !== "" && request.query.get("state") === state;
  try {
    if (!isOwn) throw interrupted();
    if (code === "") throw declined();
    const redirectUri = `${site.originOf(request.headers)}${CALLBACK}`;
    const by = await slack.identify(code, { nonce, redirectUri });
    const { secret } = await engine.sessions.begin({ by, via: "slack" });
    return redirect(ownPath(to), [writeCookie("session", secret, site), forget]);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return showSignIn(parts, request, to, error.message);
  }
}

function interrupted(): AppError {
  const message = "This sign-in was begun in another browser, or too long ago. Sign in again.";
  return new AppError({ code: "token_invalid", message });
}

function declined(): AppError {
  const message = "Slack did not say who you are, since it was not allowed to. Sign in again.";
  return new AppError({ code: "not_allowed", message });
}

/** A path of this console; whatever else is named leads to the start page. */
function ownPath(to: string | null): string {
  const isPath = to !== null && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) && !to.includes("\\");
  return isPath && !to.startsWith("/sign-in") ? to : "/";
}
