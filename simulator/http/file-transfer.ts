import type { IncomingMessage, ServerResponse } from "node:http";
import type { Workspace } from "../workspace/workspace.ts";
import { readBody } from "./read-body.ts";
import { send } from "./send.ts";

/** Takes the bytes of an upload, raw or as a form with one file. */
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
  const contentType = request.headers["content-type"] ?? "";
  const body = await readBody(request);
  const bytes = contentType.startsWith("multipart/form-data")
    ? await fileOfForm(body, contentType)
    : body;
  if (bytes === undefined) {
    send(response, 400, "text/plain; charset=utf-8", "no file in the form");
    return;
  }
  workspace.state.files.saveBytes(id, bytes);
  workspace.state.files.save({ ...file, size: bytes.length });
  send(response, 200, "text/plain; charset=utf-8", `OK - ${bytes.length}`);
}

/** Gives the bytes of a file back, as a download: what apps upload is not for the page to run. */
export function sendFile(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const id = request.url?.split("/")[2] ?? "";
  const file = workspace.state.files.find(id);
  const bytes = workspace.state.files.bytes(id);
  if (file === undefined || bytes === undefined) {
    send(
      response,
      404,
      "text/plain; charset=utf-8",
      "The file is gone: bytes are kept in memory only.",
    );
    return;
  }
  const isImage = ["image/png", "image/jpeg", "image/gif"].includes(file.mimetype);
  send(response, 200, isImage ? file.mimetype : "application/octet-stream", bytes, {
    "content-disposition": isImage ? "inline" : "attachment",
  });
}

async function fileOfForm(body: Buffer, contentType: string): Promise<Buffer | undefined> {
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": contentType },
  }).formData();
  for (const part of form.values()) {
    if (typeof part !== "string") return Buffer.from(await part.arrayBuffer());
  }
  return undefined;
}
