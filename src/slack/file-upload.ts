import type { WebClient } from "@slack/web-api";
import { AppError } from "../shared/errors.ts";
import { shorten } from "../shared/shorten.ts";
import { toSlackError } from "./errors.ts";
import { type FileAccess, isSlack } from "./files.ts";

/** Bytes are sent within this time, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** Most characters of `alt_txt` (https://docs.slack.dev/reference/methods/files.getUploadURLExternal). */
const MAX_ALT = 1000;

interface UploadClient {
  readonly files: Pick<WebClient["files"], "getUploadURLExternal">;
}

export interface FileUpload {
  /**
   * Brings bytes to Slack. No person sees them before `files.completeUploadExternal` shares them, so repeating it is harmless.
   *
   * @returns the file's id. @throws {AppError} what Slack refuses; nothing of it is of unknown outcome.
   */
  upload(
    file: {
      readonly name: string;
      readonly bytes: Buffer;
      /** What a picture shows, for those who do not see it; cut where it is too long. */
      readonly alt?: string;
    },
    signal: AbortSignal,
  ): Promise<string>;
}

/** @see https://docs.slack.dev/messaging/working-with-files#upload */
export function createFileUpload(
  options: Omit<FileAccess, "botToken"> & { readonly client: UploadClient },
): FileUpload {
  const { client, fetch } = options;
  return {
    async upload({ name, bytes, alt }, signal) {
      const place = await client.files
        .getUploadURLExternal({
          ...{ filename: name, length: bytes.length },
          ...(alt !== undefined && { alt_txt: shorten(alt, MAX_ALT) }),
        })
        .catch((error: unknown) => {
          throw harmless(toSlackError(error, `uploading "${name}"`));
        });
      const { upload_url: url, file_id: id } = place;
      const address = url === undefined ? null : URL.parse(url);
      // The address is a secret of its own: it takes bytes without a token.
      if (id === undefined || address === null || !isSlack(address, options))
        throw failed(name, "it does not say where to");
      const body = new FormData();
      body.append("file", new Blob([new Uint8Array(bytes)]), name);
      const stop = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const answer = await fetch(address, {
        ...{ method: "POST", body, redirect: "error", signal: stop },
      }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw failed(name, "the connection broke", error);
      });
      if (!answer.ok) throw failed(name, `it answered ${answer.status}`);
      return id;
    },
  };
}

function harmless(error: AppError): AppError {
  if (!error.outcomeUnknown) return error;
  const { code, message } = error;
  return new AppError({ code, message, retryable: true, cause: error });
}

function failed(name: string, why: string, cause?: unknown): AppError {
  const message = `Slack did not take the file "${name}": ${why}.`;
  return new AppError({ code: "slack_unavailable", message, retryable: true, cause });
}
