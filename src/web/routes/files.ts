import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { attachmentHeader, fileNameOf } from "../../shared/content-disposition.ts";
import { toIncomingFile, UNKNOWN_TYPE } from "../../shared/file-value.ts";
import type { Route, RouteResponse } from "../http/route.ts";
import type { WebRequest } from "../http/web-request.ts";

/** Files for executions, and files of executions. */
export function fileRoutes(engine: Engine): readonly Route[] {
  return [
    { method: "POST", path: "/api/files", handle: (request) => upload(engine, request) },
    {
      method: "GET",
      path: "/api/executions/:id/files/:ref",
      handle: (request) => download(engine, request),
    },
  ];
}

/** The bytes are the body, whatever their type; the name is in `Content-Disposition` or the query. */
async function upload({ files }: Engine, request: WebRequest): Promise<RouteResponse> {
  const type = request.headers["content-type"] ?? UNKNOWN_TYPE;
  const given = fileNameOf(request.headers["content-disposition"] ?? "");
  const name = given ?? request.query.get("name") ?? "";
  // One byte more, so that the refusal is that of a file.
  const bytes = await request.readBody(files.maxBytes + 1);
  return { status: 201, body: await files.upload(toIncomingFile(bytes, { name, type })) };
}

/** To be saved, never shown: what a file holds may be a page with scripts. */
async function download({ files }: Engine, request: WebRequest): Promise<RouteResponse> {
  const ref = request.param("ref");
  const { value, bytes } = await files.read(request.param("id"), ref, OPERATOR);
  return {
    bytes,
    contentType: value.type,
    headers: {
      "Content-Disposition": attachmentHeader(value.name),
      "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    },
  };
}
