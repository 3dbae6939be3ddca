import { AppError } from "./errors.ts";

/** What a `Content-Type` header says. */
export interface ContentType {
  /** In lower case, without parameters: `application/json`; empty if there is none. */
  readonly type: string;
  /** As given. @default utf-8 */
  readonly charset: string;
}

/** Reads a `Content-Type` header; parameters other than `charset` do not matter. */
export function parseContentType(header: string): ContentType {
  const [type = "", ...parameters] = header.split(";");
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  return { type: type.trim().toLowerCase(), charset: charset ?? "utf-8" };
}

/** The encoding that the first line of XML names (https://www.w3.org/TR/xml/#NT-EncodingDecl). */
const XML_ENCODING = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/;

/**
 * The charset of text: what its `Content-Type` names; else UTF-16 if its mark is at the beginning; else, of XML, what its first line
 * names; else UTF-8, as RFC 7303 has it for XML.
 */
export function charsetOf(bytes: Uint8Array, header: string): string {
  const { type, charset } = parseContentType(header);
  if (/;\s*charset\s*=/i.test(header)) return charset;
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (!/[/+]xml$/.test(type)) return charset;
  const start = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  return XML_ENCODING.exec(start)?.[1] ?? charset;
}

/**
 * Bytes as text. A byte order mark at the start is dropped. As in browsers `iso-8859-1` and `us-ascii` are read as
 * `windows-1252`, which has the same letters.
 *
 * @param what - names the text in the message: `The body`.
 * @throws {AppError} `json_malformed` if the charset is unknown or the bytes are not text in it; no byte is replaced.
 */
export function decodeText(bytes: Uint8Array, charset: string, what: string): string {
  const decoder = createDecoder(charset);
  if (decoder === null) {
    throw new AppError({
      code: "json_malformed",
      message: `${what} has the charset “${charset.slice(0, 40)}”, which is not known. Send UTF-8.`,
    });
  }
  try {
    return decoder.decode(bytes);
  } catch {
    const name = decoder.encoding.toUpperCase();
    const fix =
      name === "UTF-8" ? "Send UTF-8, or name the charset in Content-Type." : "Send UTF-8.";
    throw new AppError({ code: "json_malformed", message: `${what} is not ${name} text. ${fix}` });
  }
}

function createDecoder(charset: string): TextDecoder | null {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    return null;
  }
}

/** Subtypes of `application` that are text. */
const TEXT_SUBTYPE =
  /^(?:(?:x-)?(?:javascript|ecmascript|ndjson|jsonl|json-lines|yaml|toml|sh|csv|pem-file|www-form-urlencoded)|graphql|sql|typescript|json5|json-seq|http)$/;

/**
 * Whether a type is text: `text/*`, JSON, XML, and what else is written with letters.
 *
 * @param type - in lower case, without parameters.
 */
export function isTextType(type: string): boolean {
  const [main = "", subtype = ""] = type.split("/");
  if (main === "text" || /(?:^|\+)(?:json|xml|yaml)$/.test(subtype)) return true;
  return main === "application" && TEXT_SUBTYPE.test(subtype);
}
