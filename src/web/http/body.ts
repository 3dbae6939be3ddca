import type { IncomingMessage } from "node:http";
import type { BodySlots } from "../../shared/body-slots.ts";
import { AppError } from "../../shared/errors.ts";
import { type NoBody, readRequestBody } from "../../shared/request-body.ts";
import { decodeContent } from "./content-encoding.ts";

const MEGABYTE = 1024 * 1024;
/** Largest body that is read, as it is sent and after it is unpacked, unless a route takes more. */
const MAX_BODY_BYTES = MEGABYTE;

/**
 * Reads a whole body and unpacks it by its `Content-Encoding`.
 *
 * @param slots - where it needs a place, if its sender is unknown.
 * @param maxBytes - as it is sent and unpacked.
 * @throws {AppError} `input_invalid` if it cannot be unpacked; `body_too_large`; `rate_limited` if it lost its
 * place to others. `details.drained`: the rest was read, so the connection can be reused.
 */
export async function readBody(
  request: IncomingMessage,
  slots?: BodySlots,
  maxBytes = MAX_BODY_BYTES,
): Promise<Buffer> {
  const raw = await readRequestBody(request, {
    maxBytes,
    ...(slots !== undefined && { slots }),
  });
  if (typeof raw === "string") throw noBody(raw, maxBytes);
  const encoding = request.headers["content-encoding"] ?? "";
  const body = await decodeContent(raw, encoding, maxBytes);
  if (body === null) throw tooLarge(true, maxBytes);
  return body;
}

function noBody(why: NoBody, maxBytes: number): AppError {
  if (why === "too_large" || why === "huge") return tooLarge(why === "too_large", maxBytes);
  if (why !== "crowded") {
    return new AppError({ code: "input_invalid", message: "The request was broken off." });
  }
  return new AppError({
    code: "rate_limited",
    message:
      "The body was not whole when other requests needed its place. Send it again, all at once.",
    retryable: true,
    retryAfterMs: 1000,
    details: { drained: false },
  });
}

function tooLarge(drained: boolean, maxBytes: number): AppError {
  const most = Math.floor(maxBytes / MEGABYTE);
  return new AppError({
    code: "body_too_large",
    message: `The body is larger than ${most} MB. Send less, for example a link instead of the content.`,
    details: { drained },
  });
}
