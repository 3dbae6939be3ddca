import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http/read-body.ts";
import { send } from "../http/send.ts";
import { APP_TOKEN, BOT_TOKEN } from "../identity.ts";
import { reportError } from "../report-error.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { Arguments, readArguments } from "./arguments.ts";
import { channelNamed } from "./channel-argument.ts";
import { type Answer, faultyAnswer } from "./faulty-answer.ts";
import type { ApiMethod, MethodRegistry } from "./method.ts";
import { requireScope } from "./scopes.ts";
import { SlackError } from "./slack-error.ts";

/** Answers `/api/<method>`: faults first, then token, scopes, rate limits, and the method itself. */
export async function handleApiCall(
  workspace: Workspace,
  methods: MethodRegistry,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const at = workspace.clock.now();
  const url = new URL(request.url ?? "/", "http://localhost");
  const name = url.pathname.slice("/api/".length);
  const body = await readBody(request);
  let args = new Arguments({});
  const answerCall = async (): Promise<Answer> => {
    try {
      args = readArguments(url.searchParams, request.headers["content-type"] ?? "", body);
      return await runMethod(workspace, methods.find(name), name, args, request);
    } catch (error) {
      return failure(error);
    }
  };
  const fault = workspace.faults.take((one) => (one.method ?? name) === name);
  const answer =
    fault === undefined
      ? await answerCall()
      : await faultyAnswer({ workspace, fault, answerCall, gone: goneSignal(response) });
  const text = answer.raw ?? JSON.stringify(answer.body);
  const error = answer.body["error"];
  workspace.traffic.add(
    {
      type: "call",
      method: name,
      at,
      ms: workspace.clock.now() - at,
      status: answer.isCut === true ? 0 : answer.status,
      ok: answer.body["ok"] === true,
      ...(typeof error === "string" ? { error } : {}),
      args: args.toLog(),
      response: answer.body,
    },
    body.length + text.length,
  );
  if (answer.isCut === true) response.destroy();
  else
    send(response, answer.status, JSON_TYPE, text, {
      ...retryHeader(answer),
      ...scopesHeader(workspace, request),
    });
}

const JSON_TYPE = "application/json; charset=utf-8";

function retryHeader({ retryAfter }: Answer): Readonly<Record<string, string>> {
  return retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
}

/** With each answer Slack says what the token may do; `@slack/web-api` shows it as `response_metadata.scopes`. */
function scopesHeader(
  { manifest }: Workspace,
  { headers }: IncomingMessage,
): Readonly<Record<string, string>> {
  const isBot = headers.authorization === `Bearer ${BOT_TOKEN}`;
  return isBot ? { "x-oauth-scopes": [...manifest.scopes].join(",") } : {};
}

/** Aborts when the client disconnects. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return gone.signal;
}

async function runMethod(
  workspace: Workspace,
  method: ApiMethod | undefined,
  name: string,
  args: Arguments,
  request: IncomingMessage,
): Promise<Answer> {
  if (method === undefined) throw new SlackError("unknown_method", { req_method: name });
  checkToken(method, request.headers.authorization, args);
  if (method.token === "bot") {
    const { refusal } = workspace.installation;
    if (refusal !== undefined) throw new SlackError(refusal);
    requireScope(workspace.manifest, method.scopes);
  }
  if (workspace.realistic) {
    const wait = workspace.limits.take(name, method.tier, placeOf(workspace, args));
    if (wait !== undefined) {
      return { status: 429, retryAfter: wait, body: { ok: false, error: "ratelimited" } };
    }
  }
  const result = await method.run({ workspace, args, headers: request.headers });
  return { status: 200, body: { ok: true, ...result } };
}

/** The channel that a message goes to, whichever way it is named. */
function placeOf(workspace: Workspace, args: Arguments): string {
  const given = args.text("channel") ?? args.text("channel_id") ?? "";
  return channelNamed(workspace, given)?.id ?? given;
}

function checkToken(method: ApiMethod, authorization: string | undefined, args: Arguments): void {
  if (method.token === "none") return;
  const token = authorization?.replace(/^Bearer\s+/i, "") ?? args.text("token");
  if (token === undefined || token === "") throw new SlackError("not_authed");
  if (token !== BOT_TOKEN && token !== APP_TOKEN) throw new SlackError("invalid_auth");
  if (token !== (method.token === "bot" ? BOT_TOKEN : APP_TOKEN)) {
    throw new SlackError("not_allowed_token_type");
  }
}

/** Turns an error into an answer. An internal error of the simulator looks like an outage of Slack. */
function failure(error: unknown): Answer {
  if (error instanceof SlackError) {
    return { status: 200, body: { ok: false, error: error.code, ...error.extra } };
  }
  reportError("The simulator failed to answer a Web API call.", error);
  return { status: 500, body: { ok: false, error: "internal_error" } };
}
