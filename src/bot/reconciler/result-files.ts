import type { Logger } from "pino";
import type { CardRecord } from "../../engine/ports/cards.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { isAppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { toSlackFailure } from "../../slack/errors.ts";
import { findReply } from "../../slack/messages.ts";
import type { Slack } from "../../slack/slack.ts";
import type { WholeResult } from "../views/whole-result.ts";
import { Availability } from "./availability.ts";
import type { Thread } from "./live/live-api.ts";
import type { Troubles } from "./troubles.ts";

const FILE = "file:";
const SURFACE = "files";

export interface ResultFilesOptions {
  readonly slack: Pick<Slack, "bulk" | "uploads">;
  readonly troubles: Troubles;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Shares long results as files, each once. No person sees what is uploaded before it is shared, so that the record names the file before
 * that; after a lost answer the thread is searched for it.
 */
export class ResultFiles {
  readonly #options: ResultFilesOptions;
  readonly #available: Availability;

  constructor(options: ResultFilesOptions) {
    this.#options = options;
    this.#available = new Availability(options.clock);
  }

  /** May the app share files there, as far as Slack said so far? */
  mayShare(channel: string): boolean {
    return this.#available.has(SURFACE, channel);
  }

  /**
   * Shares the file of a record in a thread; one that Slack refuses is given up, since the result can be read by a button as well.
   *
   * @param save - stores the record. Throws what the client throws when Slack limits the call.
   */
  async share(
    record: CardRecord,
    thread: Thread,
    result: WholeResult,
    since: number,
    save: (record: CardRecord) => Promise<void>,
  ): Promise<void> {
    let kept = record;
    try {
      const known = fileOf(record);
      if (known !== null && (await this.#isThere(thread, known, since)))
        return await save({ ...record, final: true });
      const id = known ?? (await this.#upload(result));
      kept = { ...record, shown: `${FILE}${id}` };
      if (known === null) await save(kept);
      await this.#options.slack.bulk.files.completeUploadExternal({
        files: [{ id, title: result.title }],
        ...{ channel_id: thread.channel, thread_ts: thread.threadTs },
        initial_comment: result.title,
      });
      await save({ ...kept, final: true });
      this.#options.troubles.over(record.id);
    } catch (error) {
      await this.#failed(kept, thread, error, save);
    }
  }

  async #failed(
    record: CardRecord,
    { channel }: Thread,
    error: unknown,
    save: (record: CardRecord) => Promise<void>,
  ): Promise<void> {
    const { troubles, logger } = this.#options;
    // What the upload throws has what the client threw as its cause.
    const failure = toSlackFailure(isAppError(error) ? error.cause : error);
    if (failure.kind === "limited") throw isAppError(error) ? error.cause : error;
    if (failure.kind !== "refused") {
      const tries = troubles.away(record.id);
      logger.info({ card: record.id, err: error, tries }, "could not share a result; retrying");
      return;
    }
    this.#available.refused(SURFACE, channel, failure.code);
    logger.info({ card: record.id, slackError: failure.code }, "Slack takes no file with a result");
    await save({ ...record, why: failure.code, final: true });
  }

  #upload({ name, text }: WholeResult): Promise<string> {
    const bytes = Buffer.from(text, "utf8");
    return this.#options.slack.uploads.upload({ name, bytes }, new AbortController().signal);
  }

  async #isThere(thread: Thread, fileId: string, since: number): Promise<boolean> {
    const found = await findReply(this.#options.slack.bulk, { ...thread, since }, (message) => {
      const files = readOwn(message, "files");
      return Array.isArray(files) && files.some((file) => readOwn(file, "id") === fileId);
    });
    return found !== null;
  }
}

/** The file that was uploaded for a record; `null`: none yet. */
function fileOf({ shown }: CardRecord): string | null {
  return shown?.startsWith(FILE) === true ? shown.slice(FILE.length) : null;
}
