import type { IncomingMessage, ServerResponse } from "node:http";
import { delay } from "../clock.ts";
import type { SlackFault } from "../faults.ts";
import { readBody } from "../http/read-body.ts";
import { send, sendJson } from "../http/send.ts";
import { APP_TOKEN, BOT_TOKEN } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { reportError } from "../report-error.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { Arguments } from "./arguments.ts";
import type { ApiMethod, MethodRegistry } from "./method.ts";
import { readArguments } from "./read-arguments.ts";
import { requireScope } from "./scopes.ts";
import { SlackError } from "./slack-error.ts";

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly retryAfter?: number;
}

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
  const { answer, raw } =
    fault === undefined
      ? { answer: await answerCall(), raw: undefined }
      : await faultyAnswer(workspace, fault, answerCall);
  const error = answer.body["error"];
  workspace.calls.add({
    method: name,
    at,
    ms: workspace.clock.now() - at,
    status: answer.status,
    ok: answer.body["ok"] === true,
    ...(typeof error === "string" ? { error } : {}),
    args: args.toLog(),
  });
  const headers =
    answer.retryAfter === undefined ? {} : { "retry-after": String(answer.retryAfter) };
  if (raw === undefined) sendJson(response, answer.status, answer.body, headers);
  else send(response, answer.status, "application/json; charset=utf-8", raw, headers);
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
  if (method.token === "bot") requireScope(workspace.manifest, method.scopes);
  if (workspace.realistic) {
    const wait = workspace.limits.take(name, method.tier, args.text("channel") ?? "");
    if (wait !== undefined) {
      return { status: 429, retryAfter: wait, body: { ok: false, error: "ratelimited" } };
    }
  }
  const result = await method.run({ workspace, args, headers: request.headers });
  return { status: 200, body: { ok: true, ...result } };
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

/** What went wrong inside the simulator is its own fault and looks like one of Slack's bad days. */
function failure(error: unknown): Answer {
  if (error instanceof SlackError) {
    return { status: 200, body: { ok: false, error: error.code, ...error.extra } };
  }
  reportError("The simulator failed to answer a Web API call.", error);
  return { status: 500, body: { ok: false, error: "internal_error" } };
}

async function faultyAnswer(
  workspace: Workspace,
  fault: SlackFault,
  answerCall: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly raw: string | undefined }> {
  // What takes effect does so at once; the caller only hears of it late, or never if it is gone by then.
  const done = isPlainDelay(fault) || fault.applied ? await answerCall() : null;
  if (fault.delayMs !== undefined) await delay(workspace.clock, fault.delayMs);
  if (done !== null && isPlainDelay(fault)) return { answer: done, raw: undefined };
  const { retryAfter, raw } = fault;
  const isLimit = retryAfter !== undefined;
  return {
    raw,
    answer: {
      status: fault.status ?? (isLimit ? 429 : 200),
      body: { ok: false, error: fault.error ?? (isLimit ? "ratelimited" : "internal_error") },
      ...(isLimit ? { retryAfter } : {}),
    },
  };
}

function isPlainDelay({ error, status, retryAfter, raw }: SlackFault): boolean {
  return [error, status, retryAfter, raw].every((part) => part === undefined);
}
