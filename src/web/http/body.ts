import type { IncomingMessage } from "node:http";
import { AppError } from "../../shared/errors.ts";
import { decodeContent } from "./content-encoding.ts";

const MEGABYTE = 1024 * 1024;
/** Largest body that is read, as it is sent and after it is unpacked. */
const MAX_BODY_BYTES = MEGABYTE;
/**
 * A body that is too large is still read up to this size: many clients read the response only after
 * they have sent everything.
 */
const MAX_DRAINED_BYTES = 16 * MEGABYTE;

/**
 * Reads a whole body and unpacks it by its `Content-Encoding`.
 *
 * @throws {AppError} `input_invalid` if it cannot be unpacked; `body_too_large` over {@link MAX_BODY_BYTES}; `details.drained`: the rest was
 * read, so the connection can be reused.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_DRAINED_BYTES) throw tooLarge(false);
  const chunks: Buffer[] = [];
  let size = 0;
  // Not `for await`: leaving that loop early destroys the socket before the response is sent.
  await new Promise<void>((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (size > MAX_DRAINED_BYTES) {
        request.pause();
        reject(tooLarge(false));
      }
    });
    request.once("end", resolve);
    request.once("error", reject);
    request.once("close", () =>
      reject(new AppError({ code: "input_invalid", message: "The request was broken off." })),
    );
  });
  if (size > MAX_BODY_BYTES) throw tooLarge(true);
  const encoding = request.headers["content-encoding"] ?? "";
  const body = await decodeContent(Buffer.concat(chunks), encoding, MAX_BODY_BYTES);
  if (body === null) throw tooLarge(true);
  return body;
}

function tooLarge(drained: boolean): AppError {
  return new AppError({
    code: "body_too_large",
    message: "The body is larger than 1 MB. Send less, for example a link instead of the content.",
    details: { drained },
  });
}
