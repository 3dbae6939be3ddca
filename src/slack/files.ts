import type { FetchFunction } from "@slack/web-api";
import { z } from "zod";

/** What is read of a file at most, in bytes: more than a model is given of it. */
const MAX_BYTES = 200_000;
const TIMEOUT_MS = 10_000;

/** Kinds of files that are text although their type does not begin so. */
const TEXT_TYPES =
  /^(?:text\/(?!html)|application\/(?:[\w.+-]*\+)?(?:json|xml|yaml|x-yaml|toml|csv|javascript|sql)\b)/;

/** A file of a message, as events and payloads describe it. */
const MessageFile = z.object({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().default(""),
  size: z.number().default(0),
  url_private: z.string().optional(),
});

export interface MessageFile {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  /** In bytes. */
  readonly size: number;
  /** Where it is read with the bot's token; absent: Slack does not say. */
  readonly url?: string;
}

/** The text of a file, or why there is none, as the end of a sentence. */
export type FileText = { readonly text: string } | { readonly problem: string };

export interface FileReader {
  /** Reads a file that is text. Never rejects. */
  readText(file: MessageFile): Promise<FileText>;
}

/** The files of a message; what Slack does not describe is left out. */
export function filesOf(files: unknown): readonly MessageFile[] {
  const list = z.array(z.unknown()).safeParse(files).data ?? [];
  return list.flatMap((one) => {
    const { data } = MessageFile.safeParse(one);
    if (data === undefined) return [];
    const { id, name, mimetype, size, url_private: url } = data;
    return [{ id, name: name ?? id, mimetype, size, ...(url !== undefined && { url }) }];
  });
}

/** Reads files with the bot's token, which goes to Slack alone. @param apiUrl - of the Web API. @param fetch - the way to Slack. */
export function createFileReader(
  botToken: string,
  apiUrl: string,
  fetch: FetchFunction,
): FileReader {
  const isSlack = (url: URL): boolean =>
    url.origin === new URL(apiUrl).origin ||
    (url.protocol === "https:" && /(?:^|\.)slack(?:-files)?\.com$/.test(url.hostname));

  return {
    async readText({ mimetype, size, url }) {
      if (!TEXT_TYPES.test(mimetype)) return { problem: "it is not text" };
      if (size > MAX_BYTES) return { problem: `it is larger than ${MAX_BYTES / 1000} kB` };
      if (url === undefined || !URL.canParse(url) || !isSlack(new URL(url)))
        return { problem: "Slack does not say where it is" };
      try {
        const response = await fetch(url, {
          headers: { authorization: `Bearer ${botToken}` },
          redirect: "manual",
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        return await readResponse(response);
      } catch {
        return { problem: "Slack did not hand it over" };
      }
    },
  };
}

async function readResponse(response: Awaited<ReturnType<FetchFunction>>): Promise<FileText> {
  const type = response.headers.get("content-type") ?? "";
  // Without the right to read it Slack leads to its sign-in page, or shows that.
  if ([301, 302, 303, 307, 308, 401, 403].includes(response.status) || type.startsWith("text/html"))
    return { problem: "the app may not read files: it lacks the scope files:read" };
  if (!response.ok) return { problem: `Slack did not hand it over (${response.status})` };
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > MAX_BYTES) return { problem: `it is larger than ${MAX_BYTES / 1000} kB` };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { problem: "it is not text" } : { text };
  } catch {
    return { problem: "it is not text" };
  }
}
