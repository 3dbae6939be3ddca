import type { IncomingMessage, ServerResponse } from "node:http";
import { DISCONNECT_KINDS } from "../delivery/socket-mode.ts";
import type { Fakes } from "../fakes.ts";
import { FaultRefused } from "../fault-queue.ts";
import { addFault, removeFaults } from "../faults/control.ts";
import { readBody } from "../http/read-body.ts";
import { sendJson } from "../http/send.ts";
import { isJsonObject, type JsonObject, parseJson } from "../json.ts";
import { changeInstallation } from "../workspace/installation.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, type Outcome, outcomeOf, outcomeOfEvents } from "./action.ts";
import { appContext, sessionStop } from "./agent.ts";
import { blockAction } from "./block-action.ts";
import { ActionBody } from "./body.ts";
import { changeChannel, changeUser, changeUsergroup, changeWorkspace } from "./change-directory.ts";
import { homeOpen } from "./home-open.ts";
import { message } from "./message.ts";
import { options } from "./options.ts";
import { messageDelete, messageEdit } from "./own-message.ts";
import { QUERIES } from "./queries.ts";
import { reaction } from "./reaction.ts";
import { shortcut } from "./shortcut.ts";
import { slash } from "./slash.ts";
import { viewClose } from "./view-close.ts";
import { viewSubmit } from "./view-submit.ts";

type Action = (workspace: Workspace, body: ActionBody) => Promise<Outcome>;

const ACTIONS: Readonly<Record<string, Action>> = {
  "/sim/slash": slash,
  "/sim/message": message,
  "/sim/message-edit": messageEdit,
  "/sim/message-delete": messageDelete,
  "/sim/reaction": reaction,
  "/sim/shortcut": shortcut,
  "/sim/action": blockAction,
  "/sim/options": options,
  "/sim/view-submit": viewSubmit,
  "/sim/view-close": viewClose,
  "/sim/home-open": homeOpen,
  "/sim/app-context": appContext,
  "/sim/session-stop": sessionStop,
};

type Control = (workspace: Workspace, fakes: Fakes, body: JsonObject) => object | Promise<object>;

const DONE = { ok: true, acked: true, ackMs: 0 };

const CONTROLS: Readonly<Record<string, Control>> = {
  "/sim/faults": (workspace, fakes, body) => ({
    ...DONE,
    id: addFault(workspace, fakes, body),
  }),
  "/sim/channel": (workspace, _fakes, body) => ({
    ...DONE,
    channel: changeChannel(workspace, body),
  }),
  "/sim/usergroup": (workspace, _fakes, body) => ({
    ...DONE,
    usergroup: changeUsergroup(workspace, body),
  }),
  "/sim/workspace": (workspace, _fakes, body) => ({
    ...DONE,
    workspace: changeWorkspace(workspace, body),
  }),
  "/sim/person": (workspace, _fakes, body) => ({ ...DONE, user: changeUser(workspace, body) }),
  "/sim/disconnect": (workspace, _fakes, body) => {
    const kind = kindIn(body, DISCONNECT_KINDS, "drop");
    const count = typeof body["count"] === "number" ? body["count"] : undefined;
    return { ...DONE, disconnected: workspace.sockets.disconnect(kind, count) };
  },
  "/sim/revoke": async (workspace, _fakes, body) => {
    const kind = kindIn(body, REVOCATIONS, "tokens");
    return outcomeOfEvents(changeInstallation(workspace, kind), {
      refusal: workspace.installation.refusal ?? null,
    });
  },
  "/sim/app-rate-limited": async (workspace) => outcomeOf(await workspace.events.tellLimited()),
  "/sim/verify-url": async (workspace) => {
    const problem = await workspace.verifyEventsUrl();
    return problem === undefined ? DONE : { ...DONE, ok: false, acked: false, error: problem };
  },
  "/sim/reset": (workspace, fakes) => {
    workspace.reset();
    fakes.mail?.reset();
    fakes.model.reset();
    return DONE;
  },
};

const REVOCATIONS = ["tokens", "uninstall", "restrict", "restore"] as const;

/**
 * The member `kind` of a body; `fallback` where it is absent.
 *
 * @throws {ActionRefused} `invalid_arguments` for one that is not known.
 */
function kindIn<T extends string>(body: JsonObject, known: readonly T[], fallback: T): T {
  const given = body["kind"] ?? fallback;
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  throw new ActionRefused("invalid_arguments", `"kind" must be one of ${known.join(", ")}.`);
}

/** Answers everything under `/sim` but the stream. */
export async function handleUserAction(
  workspace: Workspace,
  fakes: Fakes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  try {
    if (request.method === "GET") {
      answerQuery(workspace, fakes, url, response);
      return;
    }
    if (request.method === "DELETE" && url.pathname === "/sim/faults") {
      const removed = removeFaults(workspace, fakes, url.searchParams.get("id") ?? undefined);
      sendJson(response, 200, { ...DONE, removed });
      return;
    }
    const body = parseJson((await readBody(request)).toString("utf8") || "{}");
    if (!isJsonObject(body)) {
      sendJson(response, 400, {
        ok: false,
        error: "invalid_json",
        message: "The body must be a JSON object.",
      });
      return;
    }
    const result = await act(workspace, fakes, url.pathname, body);
    if (result === undefined) sendNotFound(response, url.pathname);
    else sendJson(response, 200, result);
  } catch (error) {
    sendRefusal(response, error);
  }
}

async function act(
  workspace: Workspace,
  fakes: Fakes,
  path: string,
  body: JsonObject,
): Promise<object | undefined> {
  const action = Object.hasOwn(ACTIONS, path) ? ACTIONS[path] : undefined;
  if (action !== undefined) return action(workspace, new ActionBody(workspace, body));
  const control = Object.hasOwn(CONTROLS, path) ? CONTROLS[path] : undefined;
  return control?.(workspace, fakes, body);
}

/** Looking at what does not exist is a 404; only actions answer 200 whatever they came to. */
function answerQuery(workspace: Workspace, fakes: Fakes, url: URL, response: ServerResponse): void {
  const query = Object.hasOwn(QUERIES, url.pathname) ? QUERIES[url.pathname] : undefined;
  if (query === undefined) {
    sendNotFound(response, url.pathname);
    return;
  }
  try {
    sendJson(response, 200, query({ workspace, fakes, query: url.searchParams }));
  } catch (error) {
    if (!(error instanceof ActionRefused)) throw error;
    sendJson(response, 404, { ok: false, error: error.code, message: error.message });
  }
}

function sendNotFound(response: ServerResponse, path: string): void {
  sendJson(response, 404, { ok: false, error: "not_found", message: `There is no ${path}.` });
}

/** A refused action is an answer like any other; only an invalid fault is a bad request. */
function sendRefusal(response: ServerResponse, error: unknown): void {
  if (error instanceof ActionRefused) {
    const { code, message: reason } = error;
    const nothing = { ok: false, acked: false, ackMs: 0, delivered: false };
    sendJson(response, 200, { ...nothing, error: code, message: reason });
    return;
  }
  if (error instanceof FaultRefused) {
    sendJson(response, 400, { ok: false, error: "invalid_arguments", message: error.message });
    return;
  }
  throw error;
}
