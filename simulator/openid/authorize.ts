import type { IncomingMessage, ServerResponse } from "node:http";
import { send, sendJson } from "../http/send.ts";
import { CLIENT_ID, TEAM } from "../identity.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** People that the page offers. */
const MOST = 50;
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

/** `/openid/connect/…`: the page on which one is asked who signs in, what it leads to, and the keys. */
export function handleOpenId(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/openid/connect/keys") return sendJson(response, 200, workspace.signIns.keys);
  const problem = problemOf(query);
  if (problem !== undefined)
    return sendPage(response, 400, `<p>Slack would refuse this: <code>${problem}</code>.</p>`);
  if (pathname === "/openid/connect/authorize") return ask(workspace, query, response);
  if (pathname === "/openid/connect/allow") return allow(workspace, query, response);
  return sendPage(response, 404, "<p>There is nothing here.</p>");
}

/** Sends the browser back, with a code for who was chosen. */
function allow(workspace: Workspace, query: URLSearchParams, response: ServerResponse): void {
  const user = workspace.state.directory.user(query.get("user") ?? "");
  const redirectUri = query.get("redirect_uri") ?? "";
  const back = new URL(redirectUri);
  const isPerson = user !== undefined && !user.isBot && user.isDeleted !== true;
  if (isPerson) {
    const nonce = query.get("nonce") ?? undefined;
    back.searchParams.set("code", workspace.signIns.begin(user.id, redirectUri, nonce));
  } else back.searchParams.set("error", "access_denied");
  const state = query.get("state");
  if (state !== null) back.searchParams.set("state", state);
  send(response, 302, "text/plain; charset=utf-8", "", { location: back.href });
}

/** What is wrong with a request to sign in; `undefined`: nothing is. */
function problemOf(query: URLSearchParams): string | undefined {
  if (query.get("client_id") !== CLIENT_ID) return "invalid_client_id";
  if (query.get("response_type") !== "code") return "invalid_response_type";
  if (!(query.get("scope") ?? "").split(/[ ,]/).includes("openid")) return "invalid_scope";
  const team = query.get("team");
  if (team !== null && team !== TEAM.id) return "invalid_team_for_non_distributed_app";
  return isOwn(query.get("redirect_uri") ?? "") ? undefined : "bad_redirect_uri";
}

/** Slack takes what is configured for the app, which begins with `https:`; here it is whatever is on this machine. */
function isOwn(redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(redirectUri).hostname);
}

function ask({ state }: Workspace, query: URLSearchParams, response: ServerResponse): void {
  const people = state.directory.users().filter((user) => !user.isBot && user.isDeleted !== true);
  const items = people.slice(0, MOST).map((user) => {
    const link = new URLSearchParams([...query, ["user", user.id]]).toString();
    const kind = user.isAdmin
      ? "admin"
      : user.isGuest
        ? "guest"
        : user.isStranger
          ? "of another organization"
          : "member";
    return `<li><a href="/openid/connect/allow?${escape(link)}">${escape(user.realName || user.name)}</a> <small>@${escape(user.name)}, ${kind}</small></li>`;
  });
  sendPage(
    response,
    200,
    `<h1>Sign in to Slack</h1><p>A simulated workspace: no password is asked. Who are you?</p><ul>${items.join("")}</ul>`,
  );
}

function sendPage(response: ServerResponse, status: number, content: string): void {
  const style =
    "body{font:16px/1.5 system-ui;max-width:28rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}li{margin:.5rem 0}";
  send(
    response,
    status,
    "text/html; charset=utf-8",
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in</title><style>${style}</style><main>${content}</main></html>`,
    HEADERS,
  );
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
