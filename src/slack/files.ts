import type { FetchFunction, WebClient } from "@slack/web-api";
import { z } from "zod";
import {
  type IncomingFile,
  toIncomingFile,
  UNKNOWN_TYPE,
  writeSize,
} from "../shared/file-value.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { toSlackFailure } from "./errors.ts";

/** What is read of a text at most, in bytes: more than a model is given of it. */
const MAX_TEXT_BYTES = 200_000;
const TIMEOUT_MS = 10_000;
/** Ways on within Slack, from one of its servers to another. */
const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Kinds of files that are text although their type does not begin so. */
const TEXT_TYPES =
  /^(?:text\/(?!html)|application\/(?:[\w.+-]*\+)?(?:json|xml|yaml|x-yaml|toml|csv|javascript|sql)\b)/;

/** A file of a message, as events and payloads describe it. */
const MessageFile = z.object({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().default(""),
  size: z.number().default(0),
  is_external: z.boolean().nullish(),
  user: z.string().nullish(),
  url_private: z.string().optional(),
  url_private_download: z.string().optional(),
});

export interface MessageFile {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  /** In bytes. */
  readonly size: number;
  /** Where it is read with the bot's token; absent: Slack does not say. */
  readonly url?: string;
  /** It lies with another provider, and Slack knows its address alone. */
  readonly isExternal: boolean;
  /** Who uploaded it; absent: Slack does not say. */
  readonly user?: string;
}

/** Why a file was not read, as the end of a sentence. */
export interface FileProblem {
  readonly problem: string;
  /** It may be read some time later. @default false */
  readonly isPassing?: boolean;
}

/** The text of a file, or why there is none. */
export type FileText = { readonly text: string } | FileProblem;

/** The parts of the Web API that files are found by. */
interface FileClient {
  readonly files: Pick<WebClient["files"], "info">;
}

export interface FileReader {
  /** Reads a file that is text. Never rejects. */
  readText(file: MessageFile): Promise<FileText>;
  /** Reads a file of any kind, whole. Never rejects. @param maxBytes - the largest that is taken. */
  read(file: MessageFile, maxBytes: number): Promise<IncomingFile | FileProblem>;
  /**
   * Reads a file by its id, if this person uploaded it: the bot may see files that the person does not. Never rejects.
   *
   * @param maxBytes - the largest that is taken.
   */
  readOwn(id: string, user: string, maxBytes: number): Promise<IncomingFile | FileProblem>;
}

/** The files of a message; what Slack does not describe is left out. */
export function filesOf(files: unknown): readonly MessageFile[] {
  const list = z.array(z.unknown()).safeParse(files).data ?? [];
  return list.flatMap((one) => readFile(one) ?? []);
}

function readFile(described: unknown): MessageFile | null {
  const { data } = MessageFile.safeParse(described);
  if (data === undefined) return null;
  const { id, name, mimetype, size } = data;
  const url = data.url_private_download ?? data.url_private;
  return {
    ...{ id, name: name ?? id, mimetype, size, isExternal: data.is_external === true },
    ...omitUndefined({ url, user: data.user ?? undefined }),
  };
}

/** The way to Slack's files. */
export interface FileAccess {
  /** Goes to Slack alone. */
  readonly botToken: string;
  /** Base of the Web API. */
  readonly apiUrl: string;
  /** The way to Slack. */
  readonly fetch: FetchFunction;
}

export interface FileReaderOptions extends FileAccess {
  readonly client: FileClient;
}

/** Reads files with the bot's token. */
export function createFileReader(options: FileReaderOptions): FileReader {
  return {
    async readText(file) {
      if (!TEXT_TYPES.test(file.mimetype)) return { problem: "it is not text" };
      const bytes = await download(file, MAX_TEXT_BYTES, options);
      return "problem" in bytes ? bytes : decode(bytes);
    },
    async read(file, maxBytes) {
      const found = file.url === undefined ? await describe(file.id, options.client) : file;
      return "problem" in found ? found : bringIn(found, maxBytes, options);
    },
    async readOwn(id, user, maxBytes) {
      const found = await describe(id, options.client);
      if ("problem" in found) return found;
      if (found.user !== user) return { problem: "it was uploaded by another person" };
      return bringIn(found, maxBytes, options);
    },
  };
}

async function bringIn(
  file: MessageFile,
  maxBytes: number,
  options: FileReaderOptions,
): Promise<IncomingFile | FileProblem> {
  const bytes = await download(file, maxBytes, options);
  if ("problem" in bytes) return bytes;
  const { id, name, mimetype } = file;
  return toIncomingFile(bytes, { id, name, type: mimetype || UNKNOWN_TYPE });
}

const NO_SCOPE = { problem: "the app may not read files: it lacks the scope files:read" };
const DELETED = { problem: "it was deleted, or the app does not see it" };
const NO_PLACE = { problem: "Slack does not say where it is" };

/**
 * What Slack says of a file of which an event has the id alone, as in channels that organizations share
 * (`file_access: "check_file_info"`, https://docs.slack.dev/apis/slack-connect/using-slack-connect-channels).
 */
async function describe(id: string, client: FileClient): Promise<MessageFile | FileProblem> {
  try {
    const answer = await client.files.info({ file: id });
    return readFile(answer.file) ?? NO_PLACE;
  } catch (error) {
    const failure = toSlackFailure(error);
    if (failure.kind !== "refused") return { problem: "Slack does not answer", isPassing: true };
    if (failure.code === "missing_scope") return NO_SCOPE;
    if (failure.code === "file_deleted" || failure.code === "file_not_found") return DELETED;
    return { problem: `Slack does not show it to the app (${failure.code})` };
  }
}

/** The bytes of a file, all of them. */
async function download(
  file: MessageFile,
  maxBytes: number,
  options: FileReaderOptions,
): Promise<Buffer | FileProblem> {
  const { size, url, isExternal } = file;
  if (isExternal) return { problem: "it does not lie in Slack: only its address is there" };
  if (size > maxBytes) return tooLarge(maxBytes);
  const address = url === undefined ? null : URL.parse(url);
  if (address === null || !isSlack(address, options)) return NO_PLACE;
  try {
    const answer = await get(address, AbortSignal.timeout(TIMEOUT_MS), options);
    return "problem" in answer ? answer : await readAnswer(answer, file, maxBytes);
  } catch {
    return { problem: "Slack did not hand it over", isPassing: true };
  }
}

/** Without the right to read it Slack leads to its sign-in page, or shows that. */
async function readAnswer(
  answer: Answer,
  { mimetype, size }: MessageFile,
  maxBytes: number,
): Promise<Buffer | FileProblem> {
  const isPage = answer.headers.get("content-type")?.startsWith("text/html") === true;
  if (isPage && !mimetype.startsWith("text/html")) return NO_SCOPE;
  if (answer.status === 401 || answer.status === 403) return NO_SCOPE;
  if (!answer.ok) return refusal(answer.status);
  const bytes = await readBytes(answer, maxBytes);
  if (bytes === null) return tooLarge(maxBytes);
  return isPage && bytes.length !== size ? NO_SCOPE : bytes;
}

function refusal(status: number): FileProblem {
  if (status === 404 || status === 410) return DELETED;
  const isPassing = status >= 500 || status === 429;
  return { problem: `Slack did not hand it over (${status})`, isPassing };
}

function tooLarge(maxBytes: number): FileProblem {
  return { problem: `it is larger than ${writeSize(maxBytes)}` };
}

type Answer = Awaited<ReturnType<FetchFunction>>;

/** Follows Slack within Slack, and nowhere else: the token goes along. */
async function get(
  url: URL,
  signal: AbortSignal,
  options: FileReaderOptions,
): Promise<Answer | FileProblem> {
  const headers = { authorization: `Bearer ${options.botToken}` };
  let address = url;
  for (let count = 0; count <= MAX_REDIRECTS; count += 1) {
    const response = await options.fetch(address, { headers, redirect: "manual", signal });
    if (!REDIRECTS.has(response.status)) return response;
    const next = URL.parse(response.headers.get("location") ?? "", address);
    if (next === null || !isSlack(next, options))
      return {
        problem: "Slack leads to another server for it, which does not get the bot's token",
      };
    address = next;
  }
  return { problem: "Slack leads from one place to the next for it" };
}

/** Is it a server of Slack's own? */
export function isSlack(
  { origin, protocol, hostname }: URL,
  { apiUrl }: Pick<FileAccess, "apiUrl">,
): boolean {
  return (
    origin === new URL(apiUrl).origin ||
    (protocol === "https:" && /(?:^|\.)slack(?:-files)?\.com$/.test(hostname))
  );
}

/** @returns `null` when there are more; no more than that is kept. */
async function readBytes(response: Answer, maxBytes: number): Promise<Buffer | null> {
  const body: unknown = "body" in response ? response.body : null;
  if (!(body instanceof ReadableStream)) {
    const bytes = Buffer.from(await response.arrayBuffer());
    return bytes.length > maxBytes ? null : bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.length;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): FileText {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { problem: "it is not text" } : { text };
  } catch {
    return { problem: "it is not text" };
  }
}
