import type { Readable } from "node:stream";
import type { RunFiles } from "../../engine/ports/files.ts";
import { fileNameOf } from "../../shared/content-disposition.ts";
import { charsetOf, decodeText, isTextType, parseContentType } from "../../shared/content-type.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { type FileValue, UNKNOWN_TYPE } from "../../shared/file-value.ts";
import type { Json } from "../../shared/json.ts";
import { nextTurn } from "../../shared/next-turn.ts";
import { readJson, readJsonOrText } from "../../shared/read-json.ts";

/** Largest text, in bytes after decompression: it is stored in the log of the run. Others are files. */
const MAX_TEXT_BYTES = 1_000_000;

/** Bytes of text, beyond which others are served before anything else is done with it. */
const LONG_TEXT = 100_000;

/** What a step wants an answer to be, whatever its `Content-Type` says. */
export type ResponseType = "json" | "text" | "file";

/** An answer whose body was not read yet. */
export interface Answer {
  readonly body: Readable;
  readonly url: URL;
  /** `Content-Type` and `Content-Disposition`; empty: there is none. */
  readonly contentType: string;
  readonly disposition: string;
}

/**
 * The content of an answer: JSON as its value, no body as null, other text as text, and everything else as a file. What is called
 * text and is none in its charset is a file, too: no byte is ever replaced.
 *
 * @param wanted - absent: by its `Content-Type`.
 * @throws {AppError} `service_rejected` if it is too large, or not what is wanted; as {@link RunFiles.write}; or the error of the
 * stream.
 */
export async function readContent(
  answer: Answer,
  wanted: ResponseType | undefined,
  files: RunFiles,
): Promise<Json> {
  const { body, url, contentType } = answer;
  const { host } = url;
  if (wanted === "file" || (wanted === undefined && !isText(contentType))) {
    const tooLarge = fileTooLarge(host, files.maxBytes);
    const bytes = await readBytes(body, files.maxBytes, tooLarge);
    return bytes.length === 0 && wanted === undefined ? null : toFile(answer, bytes, files);
  }
  const bytes = await readBytes(body, MAX_TEXT_BYTES, textTooLarge(host));
  if (bytes.length === 0) return null;
  const text = textOf(bytes, contentType);
  const value = wanted === undefined ? valueOf(text, contentType) : toWanted(text, wanted, answer);
  // Secrets are searched in it next, which takes as long again.
  if (bytes.length > LONG_TEXT) await nextTurn();
  return value === undefined ? toFile(answer, bytes, files) : value;
}

/** `undefined`: it is a file. Without a type, a zero byte is the sign of what is no text. */
function valueOf(text: string | null, contentType: string): Json | undefined {
  if (text === null || (contentType === "" && text.includes("\0"))) return undefined;
  return toValue(text, contentType);
}

function toWanted(text: string | null, wanted: "json" | "text", answer: Answer): Json {
  const { host } = answer.url;
  if (text === null) throw notText(host, answer.contentType, wanted);
  return wanted === "text" ? text : readWantedJson(text, host);
}

function toFile(answer: Answer, bytes: Buffer, files: RunFiles): Promise<FileValue> {
  const type = answer.contentType === "" ? UNKNOWN_TYPE : answer.contentType;
  return files.write({ name: nameOf(answer), type }, bytes);
}

/** The text of a refusal, to be quoted; empty for a file, of which nothing is read, and for text of more than {@link MAX_TEXT_BYTES}. */
export async function readRefusal({ body, contentType }: Answer): Promise<string> {
  if (!isText(contentType)) {
    body.destroy();
    return "";
  }
  const tooLarge = textTooLarge("");
  try {
    return textOf(await readBytes(body, MAX_TEXT_BYTES, tooLarge), contentType) ?? "";
  } catch (error) {
    if (error === tooLarge) return "";
    throw error;
  }
}

/** Whether a type is text; without one it may be. */
function isText(contentType: string): boolean {
  const { type } = parseContentType(contentType);
  return type === "" || isTextType(type);
}

/** Reads a stream to its end. @throws {AppError} `tooLarge`, as soon as it is. */
async function readBytes(stream: Readable, maxBytes: number, tooLarge: AppError): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const part = Buffer.from(chunk);
    size += part.length;
    if (size > maxBytes) {
      stream.destroy();
      throw tooLarge;
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

/** @returns `null` if the bytes are not text in their charset, or it is unknown. */
function textOf(bytes: Buffer, contentType: string): string | null {
  try {
    return decodeText(bytes, charsetOf(bytes, contentType), "The answer");
  } catch (error) {
    if (isAppError(error, "json_malformed")) return null;
    throw error;
  }
}

/**
 * A number that JSON's numbers do not keep exactly is text in its place; JSON that cannot be kept as it is, see
 * {@link readJsonOrText}, is text as a whole.
 */
function toValue(text: string, contentType: string): Json {
  const isJson = /[/+]json\b/i.test(contentType);
  const couldBe = /^\s*[[{]/.test(text) && !/html|xml|javascript/i.test(contentType);
  return isJson || couldBe ? readJsonOrText(text) : text;
}

function readWantedJson(text: string, host: string): Json {
  const message = `The answer of ${host} is not JSON that can be taken as it is`;
  try {
    const { value, faults } = readJson(text, "text");
    const [fault] = faults;
    if (fault === undefined) return value;
    throw new AppError({ code: "service_rejected", message: `${message}: ${fault.message}.` });
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    throw new AppError({
      code: "service_rejected",
      message: `${message}. Leave "responseType" out to take what comes.`,
      cause,
    });
  }
}

/** By `Content-Disposition` (RFC 6266), or by the path of the URL. */
function nameOf({ disposition, url }: Answer): string {
  const given = fileNameOf(disposition);
  if (given) return given;
  const last = url.pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function textTooLarge(host: string): AppError {
  return new AppError({
    code: "service_rejected",
    message: `The answer of ${host} is larger than ${MAX_TEXT_BYTES / 1_000_000} MB. Ask for less, such as one page or fewer fields, or take it as a file: "responseType": "file".`,
  });
}

function fileTooLarge(host: string, maxBytes: number): AppError {
  return new AppError({
    code: "file_too_large",
    message: `The answer of ${host} is a file of more than ${maxBytes / 1_000_000} MB, the most that a file may have. Ask for a smaller one; the operator can raise MAX_FILE_BYTES.`,
  });
}

function notText(host: string, contentType: string, wanted: string): AppError {
  const { type, charset } = parseContentType(contentType);
  const what = type === "" ? "without a type" : `of the type ${type.slice(0, 80)}`;
  return new AppError({
    code: "service_rejected",
    message: `The answer of ${host}, ${what}, is not text in ${charset.toUpperCase().slice(0, 40)}, so it cannot be taken as ${wanted === "json" ? "JSON" : wanted}. Take it as a file: "responseType": "file".`,
  });
}
