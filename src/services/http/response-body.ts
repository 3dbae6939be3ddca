import type { Readable } from "node:stream";
import { AppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";

/** Largest response, in bytes after decompression: it is stored with the run. */
export const MAX_RESPONSE_BYTES = 1_000_000;

/** Deepest nesting of a JSON response. */
const MAX_DEPTH = 100;

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

/** The content of a response: JSON as its value, no body as null, everything else as text. */
export function decodeBody(body: Buffer, contentType: string): Json {
  if (body.length === 0) return null;
  const text = decodeText(body, contentType);
  const isJson = /[/+]json\b/i.test(contentType);
  const couldBe = /^\s*[[{]/.test(text) && !/html|xml|javascript/i.test(contentType);
  if (!isJson && !couldBe) return text;
  try {
    const value: Json = JSON.parse(text);
    return isTooDeep(text) ? text : value;
  } catch {
    return text;
  }
}

function decodeText(body: Buffer, contentType: string): string {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString("utf8");
  }
}

/** Counts brackets, also within strings: an upper bound suffices. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}
