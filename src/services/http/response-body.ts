import type { Readable } from "node:stream";
import { parseContentType } from "../../shared/content-type.ts";
import { AppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { readJsonOrText } from "../../shared/read-json.ts";

/** Largest response, in bytes after decompression: it is stored with the run. */
const MAX_RESPONSE_BYTES = 1_000_000;

/**
 * Reads a response to its end, or until it is too large.
 *
 * @throws {AppError} `service_rejected` if it is too large; or the error of the stream.
 */
export async function readBody(stream: Readable, host: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_RESPONSE_BYTES) {
      stream.destroy();
      throw new AppError({
        code: "service_rejected",
        message: `The answer of ${host} is larger than ${MAX_RESPONSE_BYTES / 1_000_000} MB. Ask for less, such as one page or fewer fields.`,
      });
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

/**
 * The content of a response: JSON as its value, no body as null, everything else as text. A number that JSON's numbers do not
 * keep exactly is text in its place; JSON that cannot be kept as it is, see {@link readJsonOrText}, is text as a whole.
 */
export function decodeBody(body: Buffer, contentType: string): Json {
  if (body.length === 0) return null;
  const text = decodeText(body, contentType);
  const isJson = /[/+]json\b/i.test(contentType);
  const couldBe = /^\s*[[{]/.test(text) && !/html|xml|javascript/i.test(contentType);
  return isJson || couldBe ? readJsonOrText(text) : text;
}

function decodeText(body: Buffer, contentType: string): string {
  try {
    return new TextDecoder(parseContentType(contentType).charset).decode(body);
  } catch {
    return body.toString("utf8");
  }
}
