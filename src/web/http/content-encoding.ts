import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { AppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";

/** `x-gzip` is another name of `gzip`; `deflate` is zlib's format (RFC 9110, section 8.4.1). */
const DECODERS: ReadonlyMap<
  string,
  (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>
> = new Map([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
]);

/**
 * Undoes the `Content-Encoding` of a body. No more than `maxBytes` are ever unpacked, however much the body would give.
 *
 * @param header - one encoding, in any case; empty or `identity` for a body that is not compressed.
 * @returns `null` if it would be larger than `maxBytes`.
 * @throws {AppError} `input_invalid` for an unknown or a second encoding, or a body that is not in it.
 */
export async function decodeContent(
  body: Buffer,
  header: string,
  maxBytes: number,
): Promise<Buffer | null> {
  const encoding = header.trim().toLowerCase();
  if (encoding === "" || encoding === "identity" || body.length === 0) return body;
  const decode = DECODERS.get(encoding);
  if (decode === undefined) {
    throw new AppError({
      code: "input_invalid",
      message: `A body with the Content-Encoding “${encoding.slice(0, 40)}” is not taken. Send gzip, deflate or br, or do not compress it.`,
    });
  }
  try {
    return await decode(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (readOwn(cause, "code") === "ERR_BUFFER_TOO_LARGE") return null;
    throw new AppError({
      code: "input_invalid",
      message: `The body is not whole and valid ${encoding}, although its Content-Encoding says so.`,
      cause,
    });
  }
}
