import { Dicer } from "@fastify/busboy";
import { fileNameOf, parameterOf } from "./content-disposition.ts";
import { charsetOf, decodeText, isTextType, parseContentType } from "./content-type.ts";
import { AppError, asAppError } from "./errors.ts";
import { type IncomingFile, toIncomingFile, UNKNOWN_TYPE } from "./file-value.ts";
import { toFields } from "./form-fields.ts";
import type { Json, JsonObject } from "./json.ts";
import { parseJsonBody } from "./parse-json.ts";
import type { InexactNumbers } from "./read-json.ts";

/** The fields of a form, its files among them as values, and the bytes of these. */
export interface MultipartForm {
  readonly fields: JsonObject;
  readonly files: readonly IncomingFile[];
}

/** Fields and files of one form. */
const MAX_PARTS = 500;
/** Bytes that are taken apart before the parts are counted. */
const SLICE = 32 * 1024;
/** Characters of the headers of one part. */
const MAX_HEADERS = 8192;
/** Bytes of all texts together: they are stored in the log of the run. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** One part as it came. */
interface Part {
  /** Values by name in lower case, each byte as one character. */
  headers: Readonly<Record<string, readonly string[]>> | null;
  readonly chunks: Buffer[];
}

/**
 * Reads a form of the type `multipart/form-data` (RFC 7578): texts and files by name. A name that is repeated gives a list, in order.
 * A part is a file if it has a file name, or a type that is no text; one without name and content, as browsers send for a file that
 * was not chosen, is null. A part of the type JSON is its value. Text is decoded by the charset of its part, or UTF-8.
 *
 * @throws {AppError} `json_malformed` if it is no such form, is cut off, or has a part that cannot be taken as it is; `body_too_large`
 *   for too many parts or too much text.
 */
export async function parseMultipart(
  body: Uint8Array,
  header: string,
  inexact: InexactNumbers,
): Promise<MultipartForm> {
  const parts = await splitParts(body, boundaryOf(header));
  const pairs: (readonly [string, Json])[] = [];
  const files: IncomingFile[] = [];
  let textBytes = 0;
  for (const [index, part] of parts.entries()) {
    const { name, content, file } = readPart(part, index + 1, inexact);
    if (file) files.push(file);
    else textBytes += part.chunks.reduce((sum, { length }) => sum + length, 0);
    if (textBytes > MAX_TEXT_BYTES) throw tooLarge("more than 1 MB of text");
    pairs.push([name, content]);
  }
  return { fields: toFields(pairs), files };
}

function boundaryOf(header: string): string {
  const boundary = parameterOf(header, "boundary") ?? "";
  if (/^[\x20-\x7e]{1,70}$/.test(boundary)) return boundary;
  throw malformed("its Content-Type names no boundary");
}

/** @throws {AppError} if the form is cut off, or has too many parts. */
function splitParts(body: Uint8Array, boundary: string): Promise<readonly Part[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Part[]>();
  const parts: Part[] = [];
  // Longer headers would be cut in silence, so that they are measured here.
  const parser = new Dicer({ boundary, ...{ maxHeaderSize: body.length + 1 } });
  parser.on("part", (stream) => {
    const part: Part = { headers: null, chunks: [] };
    if (parts.push(part) === MAX_PARTS + 1)
      parser.destroy(tooLarge(`more than ${MAX_PARTS} parts`));
    stream.on("header", (headers) => {
      part.headers = { ...headers };
    });
    stream.on("data", (chunk) => part.chunks.push(Buffer.from(chunk)));
    // Said by the parser, too.
    stream.on("error", () => undefined);
  });
  parser.on("error", (error: Error) =>
    reject(error instanceof AppError ? error : malformed("its end is missing", error)),
  );
  parser.on("finish", () => resolve(parts));
  // A parser that has been stopped still takes apart all that it was given.
  for (let from = 0; from < body.length && parts.length <= MAX_PARTS; from += SLICE)
    parser.write(Buffer.from(body.subarray(from, from + SLICE)));
  if (parts.length <= MAX_PARTS) parser.end();
  return promise;
}

function readPart(
  { headers, chunks }: Part,
  number: number,
  inexact: InexactNumbers,
): { readonly name: string; readonly content: Json; readonly file?: IncomingFile } {
  const one = (name: string): string => headers?.[name]?.[0] ?? "";
  assertHeaders(headers ?? {}, number);
  const disposition = one("content-disposition");
  const name = fieldName(disposition, number);
  const encoding = one("content-transfer-encoding").trim().toLowerCase();
  if (!["", "7bit", "8bit", "binary"].includes(encoding))
    throw malformed(`the field "${name}" is sent as ${encoding.slice(0, 40)}; send it as it is`);
  const bytes = Buffer.concat(chunks);
  const header = one("content-type");
  const { type } = parseContentType(header);
  if (type.startsWith("multipart/"))
    throw malformed(`the field "${name}" holds parts of its own; send each file under its name`);
  const fileName = fileNameOf(disposition, { isForm: true });
  if (fileName === undefined && isText(type)) {
    return { name, content: readText(bytes, header, name, inexact) };
  }
  if (!fileName && bytes.length === 0) return { name, content: null };
  const file = toIncomingFile(bytes, {
    name: fileName || name,
    type: header === "" ? UNKNOWN_TYPE : header,
  });
  return { name, content: file.value, file };
}

function assertHeaders(headers: NonNullable<Part["headers"]>, number: number): void {
  const length = Object.entries(headers).reduce(
    (sum, [name, values]) => sum + name.length + values.join("").length,
    0,
  );
  if (length > MAX_HEADERS)
    throw tooLarge(`a part whose headers have more than ${MAX_HEADERS} characters`);
  if ((headers["content-disposition"] ?? []).length > 1)
    throw malformed(`part ${number} has more than one Content-Disposition`);
}

function fieldName(disposition: string, number: number): string {
  const name = parameterOf(disposition, "name", { isForm: true });
  if (/^\s*form-data\s*(?:;|$)/i.test(disposition) && name) return name;
  throw malformed(`part ${number} has no name (Content-Disposition: form-data; name="…")`);
}

function isText(type: string): boolean {
  return type === "" || isTextType(type);
}

function readText(bytes: Buffer, header: string, name: string, inexact: InexactNumbers): Json {
  const { type, charset } = parseContentType(header);
  const isJson = /[/+]json$/.test(type);
  try {
    if (!isJson) return decodeText(bytes, charsetOf(bytes, header), "It");
    return parseJsonBody(bytes, { charset, inexact });
  } catch (error) {
    throw malformed(`the field "${name}" cannot be read. ${asAppError(error).message}`, error);
  }
}

function malformed(why: string, cause?: unknown): AppError {
  return new AppError({
    code: "json_malformed",
    message: `The form (multipart/form-data) cannot be taken: ${why.replace(/\.$/, "")}.`,
    cause,
  });
}

function tooLarge(what: string): AppError {
  return new AppError({ code: "body_too_large", message: `The form has ${what}. Send less.` });
}
