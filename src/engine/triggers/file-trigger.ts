import { AppError, isAppError } from "../../shared/errors.ts";
import type { IncomingFile } from "../../shared/file-value.ts";
import type { StartResult } from "../api/executions.ts";
import type { FileOfMessage, IncomingMessage, ReceivedFiles } from "../api/triggers.ts";
import type { Logger } from "../ports/logger.ts";
import type { Files } from "../runtime/files.ts";
import type { EventRun, SlackStarts } from "./slack-starts.ts";
import { type ActiveTrigger, memoizePerTrigger } from "./trigger-registry.ts";
import { FileSharedConfig } from "./types/file-shared.ts";

export interface FileTriggerOptions {
  readonly starts: SlackStarts;
  readonly files: Pick<Files, "limits">;
  readonly logger: Logger;
}

/** Thrown within the search for triggers: no workflow can begin with a file that is not there. */
class Unreadable extends Error {}

/** Starts what shared files ask for: a run for each file, once for each workflow, however often the message is delivered. */
export class FileTrigger {
  readonly #options: FileTriggerOptions;
  readonly #config = memoizePerTrigger((trigger) => FileSharedConfig.parse(trigger.config));

  constructor(options: FileTriggerOptions) {
    this.#options = options;
  }

  /** @throws {AppError} what may succeed when the message is delivered again, after the other files were received. */
  async receive(message: IncomingMessage): Promise<ReceivedFiles> {
    const started: StartResult[] = [];
    const unread: { readonly name: string; readonly problem: string }[] = [];
    const failures: AppError[] = [];
    // One after the other: their bytes would be in memory together.
    for (const file of message.files ?? []) {
      try {
        started.push(...(await this.#receiveOne(message, file)));
      } catch (error) {
        if (error instanceof Unreadable) unread.push({ name: file.name, problem: error.message });
        else if (isAppError(error) && error.retryable) failures.push(error);
        else throw error;
      }
    }
    if (failures[0] !== undefined) throw failures[0];
    return { started, unread };
  }

  /** @throws {Unreadable} if a workflow would start and the file cannot be read. */
  async #receiveOne(
    message: IncomingMessage,
    file: FileOfMessage,
  ): Promise<readonly StartResult[]> {
    let reading: Promise<IncomingFile> | null = null;
    const readOnce = (): Promise<IncomingFile> => (reading ??= this.#read(message, file));
    return this.#options.starts.start("file-shared", async (trigger) => {
      if (!(await this.#fits(trigger, message, file))) return null;
      const read = await readOnce();
      const { types } = this.#config(trigger);
      return isOfTypes(read.value, types) ? toRun(message, file, read) : null;
    });
  }

  async #fits(
    trigger: ActiveTrigger,
    message: IncomingMessage,
    file: FileOfMessage,
  ): Promise<boolean> {
    const { starts } = this.#options;
    const { channels, users, types, thread, bots } = this.#config(trigger);
    const { isFromBot, threadTs, channel } = message;
    if (isFromBot && !bots) return false;
    if (thread !== "any" && (thread === "reply") !== (threadTs !== null)) return false;
    // In channels that organizations share, Slack says what it is only when it is read.
    if (file.type && !isOfTypes(file, types)) return false;
    if (!(await starts.isIn(channel, channels))) return false;
    return (await starts.mayAuthorStart(message, users)) && starts.admits(trigger);
  }

  async #read({ channel }: IncomingMessage, file: FileOfMessage): Promise<IncomingFile> {
    const read = await file.read(this.#options.files.limits.maxBytes);
    if (!("problem" in read)) return read;
    const { problem, isPassing } = read;
    this.#options.logger.warn({ channel, file: file.id, problem }, "a shared file was not read");
    if (!isPassing) throw new Unreadable(problem);
    const message = `The file "${file.name}" could not be read: ${problem}.`;
    throw new AppError({ code: "slack_unavailable", message });
  }
}

function toRun(
  { eventId, text, user, isFromBot, channel, ts, threadTs: thread }: IncomingMessage,
  { id }: FileOfMessage,
  file: IncomingFile,
): EventRun {
  const threadTs = thread ?? ts;
  return {
    ...{ key: `file-shared:${eventId}:${id}`, user, isBot: isFromBot, channel },
    variables: { file: file.value, text, user, channel, ts, threadTs },
    files: [file],
    report: { channel, on: "all", threadTs },
  };
}

/** @param types - one is enough; absent: all are. */
function isOfTypes(file: Described, types: readonly string[] | undefined): boolean {
  return types === undefined || types.some((type) => isOfType(file, type));
}

type Described = Pick<FileOfMessage, "name" | "type">;

/** Slack may know no media type of a file; then its name has to do. */
function isOfType({ name, type = "" }: Described, wanted: string): boolean {
  const lower = wanted.toLowerCase();
  if (!lower.includes("/")) return name.toLowerCase().endsWith(`.${lower.replace(/^\./, "")}`);
  const own = type.toLowerCase().split(";")[0] ?? "";
  return lower.endsWith("/*") ? own.startsWith(lower.slice(0, -1)) : own === lower;
}
