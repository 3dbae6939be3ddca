import type { Engine } from "../../engine/api/engine.ts";
import { attachmentHeader, fileNameOf } from "../../shared/content-disposition.ts";
import { toIncomingFile, UNKNOWN_TYPE } from "../../shared/file-value.ts";
import { fileEndpoints } from "../endpoints/records.ts";
import { type Route, route } from "../http/route.ts";

/** Files for executions, and files of executions. */
export function fileRoutes({ files }: Engine): readonly Route[] {
  return [
    // The bytes are the body, whatever their type; the name is in `Content-Disposition` or the query.
    route(fileEndpoints.uploadFile)(async ({ query }, { headers, readBody }) => {
      const type = headers["content-type"] ?? UNKNOWN_TYPE;
      const name = fileNameOf(headers["content-disposition"] ?? "") ?? query.name ?? "";
      // One byte more, so that the refusal is that of a file.
      const bytes = await readBody(files.maxBytes + 1);
      return { status: 201, body: await files.upload(toIncomingFile(bytes, { name, type })) };
    }),
    // To be saved, never shown: what a file holds may be a page with scripts.
    route(fileEndpoints.downloadFile)(async ({ params: { id, ref } }, { by }) => {
      const { value, bytes } = await files.read(id, ref, by);
      return {
        bytes,
        contentType: value.type,
        headers: {
          "Content-Disposition": attachmentHeader(value.name),
          "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        },
      };
    }),
  ];
}
