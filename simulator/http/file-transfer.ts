import type { IncomingMessage, ServerResponse } from "node:http";
import { wireFile } from "../api/wire-file.ts";
import { BOT_TOKEN, BOT_USER_ID } from "../identity.ts";
import { memberAt, toObjects } from "../json.ts";
import { completeFile, createFile, seesFile } from "../workspace/file-actions.ts";
import { isImage, type StoredFile } from "../workspace/files.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { readBody } from "./read-body.ts";
import { send, sendJson } from "./send.ts";

/** Takes the bytes of an app's upload, raw or as a form with one file. */
export async function receiveUpload(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = request.url?.split("/")[2] ?? "";
  const file = workspace.state.files.find(id);
  if (file === undefined || file.completed) {
    send(response, 404, "text/plain; charset=utf-8", "no such upload");
    return;
  }
  const bytes = await fileOf(request);
  if (bytes === undefined) {
    send(response, 400, "text/plain; charset=utf-8", "no file in the form");
    return;
  }
  workspace.state.files.saveBytes(id, bytes);
  workspace.state.files.save({ ...file, size: bytes.length });
  send(response, 200, "text/plain; charset=utf-8", `OK - ${bytes.length}`);
}

/**
 * Serves the bytes of a file at its `url_private`. Like Slack, it redirects a client without a token that may read the file to
 * the sign-in page: the client gets HTML with status 200 where it expected a file.
 */
export function sendFile(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const file = workspace.state.files.find(request.url?.split("/")[2] ?? "");
  const mayRead =
    request.headers.authorization === `Bearer ${BOT_TOKEN}` &&
    workspace.manifest.scopes.has("files:read");
  if (mayRead && file !== undefined && seesFile(workspace, BOT_USER_ID, file)) {
    sendBytes(workspace, file, response);
    return;
  }
  const location = `/?back=${encodeURIComponent(request.url ?? "")}`;
  send(response, 302, "text/plain; charset=utf-8", "", { location });
}

/**
 * The person's side of files: `POST /sim/file?user=&name=` with the bytes keeps one, which a message or a modal may name then;
 * `GET /sim/file?user=&id=` gives the bytes to a person who may see them.
 */
export async function handleUserFile(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = new URL(request.url ?? "/", "http://localhost").searchParams;
  const user = workspace.state.directory.user(query.get("user") ?? "");
  if (user === undefined) {
    sendJson(response, 404, { ok: false, error: "user_not_found" });
    return;
  }
  if (request.method === "POST") {
    const bytes = (await fileOf(request)) ?? Buffer.alloc(0);
    const name = query.get("name") || "upload";
    const file = createFile(workspace, { user: user.id, name, size: bytes.length });
    workspace.state.files.saveBytes(file.id, bytes);
    sendJson(response, 200, {
      ok: true,
      file: wireFile(workspace, completeFile(workspace, file, name)),
    });
    return;
  }
  const file = workspace.state.files.find(query.get("id") ?? "");
  const isSeen =
    file !== undefined &&
    (seesFile(workspace, user.id, file) || isOnHome(workspace, user.id, file.id));
  if (!isSeen) {
    sendJson(response, 404, { ok: false, error: "file_not_found" });
    return;
  }
  sendBytes(workspace, file, response);
}

/**
 * Whether the app shows a picture on a person's Home: its blocks may show files that were shared nowhere
 * (https://slack.com/blog/developers/uploading-private-images-blockkit).
 */
function isOnHome({ state }: Workspace, user: string, id: string): boolean {
  const blocks = toObjects(state.views.home(user)?.view["blocks"]);
  return blocks.some((block) => memberAt(block, "slack_file", "id") === id);
}

/** Only pictures are shown by a browser: what apps and people upload is not for the page to run. */
function sendBytes(workspace: Workspace, file: StoredFile, response: ServerResponse): void {
  const bytes = workspace.state.files.bytes(file.id);
  if (bytes === undefined) {
    const why = "The file is gone: bytes are kept in memory only.";
    send(response, 404, "text/plain; charset=utf-8", why);
    return;
  }
  const type = isImage(file) ? file.mimetype : "application/octet-stream";
  send(response, 200, type, bytes, {
    "content-disposition": isImage(file) ? "inline" : "attachment",
  });
}

/** The bytes of a request, or of the file in its form. */
async function fileOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const contentType = request.headers["content-type"] ?? "";
  const body = await readBody(request);
  if (!contentType.startsWith("multipart/form-data")) return body;
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": contentType },
  }).formData();
  for (const part of form.values()) {
    if (typeof part !== "string") return Buffer.from(await part.arrayBuffer());
  }
  return undefined;
}
