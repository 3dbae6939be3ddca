import type { IncomingMessage } from "node:http";
import type { BodySlots } from "../../shared/body-slots.ts";
import { AppError } from "../../shared/errors.ts";
import { type NoBody, readRequestBody } from "../../shared/request-body.ts";
import { decodeContent } from "./content-encoding.ts";

const MEGABYTE = 1024 * 1024;
/** Largest body that is read, as it is sent and after it is unpacked. */
const MAX_BODY_BYTES = MEGABYTE;

/**
 * Reads a whole body and unpacks it by its `Content-Encoding`.
 *
 * @param slots - where it needs a place, if its sender is unknown.
 * @throws {AppError} `input_invalid` if it cannot be unpacked; `body_too_large` over {@link MAX_BODY_BYTES}; `rate_limited` if it lost its
 * place to others. `details.drained`: the rest was read, so the connection can be reused.
 */
export async function readBody(request: IncomingMessage, slots?: BodySlots): Promise<Buffer> {
  const raw = await readRequestBody(request, {
    maxBytes: MAX_BODY_BYTES,
    ...(slots !== undefined && { slots }),
  });
  if (typeof raw === "string") throw noBody(raw);
  const encoding = request.headers["content-encoding"] ?? "";
  const body = await decodeContent(raw, encoding, MAX_BODY_BYTES);
  if (body === null) throw tooLarge(true);
  return body;
}

function noBody(why: NoBody): AppError {
  if (why === "too_large" || why === "huge") return tooLarge(why === "too_large");
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

function tooLarge(drained: boolean): AppError {
  return new AppError({
    code: "body_too_large",
    message: "The body is larger than 1 MB. Send less, for example a link instead of the content.",
    details: { drained },
  });
}
