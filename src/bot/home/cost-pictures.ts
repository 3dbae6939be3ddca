import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { z } from "zod";
import type { Caller } from "../../engine/api/access.ts";
import type { CostSummary } from "../../engine/api/costs.ts";
import { type Clock, pause } from "../../engine/ports/clock.ts";
import type { KeyValueStore } from "../../engine/ports/store.ts";
import { isAppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { toSlackFailure } from "../../slack/errors.ts";
import type { FileUpload } from "../../slack/file-upload.ts";
import { costSeries } from "./cost-series.ts";
import type { HomePicture } from "./home-content.ts";
import { drawCosts } from "./picture/cost-chart.ts";

export interface PictureOptions {
  readonly client: WebClient;
  readonly uploads: FileUpload;
  /** Where is remembered what was uploaded, by every process. */
  readonly kv: Pick<KeyValueStore, "get" | "set" | "remove">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A chart whose costs have changed is drawn anew after so long at the earliest, in milliseconds. */
const EVERY_MS = 5 * 60_000;
/** A file that was replaced may stand in a page that was not opened since: it stays for so long. In milliseconds. */
const KEPT_MS = 60 * 60_000;
/**
 * Slack takes a file into a view some moments after its upload (https://github.com/slackapi/java-slack-sdk/issues/1349): the
 * pauses before each try, in milliseconds.
 */
const READY_MS = [1500, 4000, 10_000] as const;
/** After a failure no chart is uploaded for so long, in milliseconds. */
const FAILED_MS = 10 * 60_000;
/** The same where the app may not upload files. */
const FORBIDDEN_MS = 60 * 60_000;

const Stored = z.object({
  fileId: z.string(),
  at: z.number(),
  /** Of the file's bytes. */
  hash: z.string(),
  former: z.array(z.object({ fileId: z.string(), replacedAt: z.number() })),
});
type Stored = z.output<typeof Stored>;

/**
 * Charts of costs as files of Slack, one for all admins and one for each other person. A chart that has not changed is not uploaded
 * again; those that were replaced are deleted.
 */
export class CostPictures {
  readonly #options: PictureOptions;
  readonly #underWay = new Set<string>();
  readonly #stop = new AbortController();
  #notBefore = 0;

  constructor(options: PictureOptions) {
    this.#options = options;
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#stop.abort();
  }

  /** Whose chart a person sees. */
  keyOf({ role, userId }: Caller): string {
    return `home-picture:${role === "admin" ? "all" : userId}`;
  }

  /** The chart that was uploaded last; `null`: there is none. Never rejects. */
  async last(key: string): Promise<HomePicture | null> {
    try {
      const stored = await this.#read(key);
      return stored && { fileId: stored.fileId, at: stored.at };
    } catch (error) {
      this.#options.logger.info({ err: error }, "the last chart of App Home could not be read");
      return null;
    }
  }

  /**
   * Draws and uploads the chart if it has changed. Never rejects: without a chart the page shows bars of text.
   *
   * @param show - shows it to the person. @returns whether Slack takes the file by now.
   */
  async renew(
    key: string,
    summary: CostSummary,
    show: (picture: HomePicture) => Promise<boolean>,
  ): Promise<void> {
    const { clock, logger } = this.#options;
    if (clock.now() < this.#notBefore || this.#underWay.has(key)) return;
    this.#underWay.add(key);
    try {
      const before = await this.#read(key);
      if (before !== null && clock.now() - before.at < EVERY_MS) return;
      // No names stand in the picture.
      const series = costSeries(summary, (id) => id);
      if (series.all.length === 0) return;
      const png = drawCosts(series);
      const hash = sha256(png).toString("hex");
      if (hash !== before?.hash) await this.#replace(key, before, { png, hash }, show);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const isForbidden = whyOf(error) === "missing_scope";
      this.#notBefore = clock.now() + (isForbidden ? FORBIDDEN_MS : FAILED_MS);
      logger.info({ err: error }, "the chart of App Home could not be brought to Slack");
    } finally {
      this.#underWay.delete(key);
    }
  }

  /** Slack does not take this file any more: it may have been deleted. Never rejects. */
  async forget(key: string, { fileId }: HomePicture): Promise<void> {
    const { kv, logger } = this.#options;
    try {
      if ((await this.#read(key))?.fileId === fileId) await kv.remove(key);
    } catch (error) {
      logger.info({ err: error }, "a chart that Slack does not take could not be forgotten");
    }
  }

  async #replace(
    key: string,
    before: Stored | null,
    { png, hash }: { readonly png: Buffer; readonly hash: string },
    show: (picture: HomePicture) => Promise<boolean>,
  ): Promise<void> {
    const { client, uploads, clock, logger } = this.#options;
    const name = "costs-30-days.png";
    const fileId = await uploads.upload({ name, bytes: png }, this.#stop.signal);
    await client.files.completeUploadExternal({ files: [{ id: fileId, title: name }] });
    const picture = { fileId, at: clock.now() };
    for (const ms of READY_MS) {
      await pause(clock, ms, this.#stop.signal);
      if (!(await show(picture))) continue;
      const former = [
        ...(before?.former ?? []),
        ...(before === null ? [] : [{ fileId: before.fileId, replacedAt: clock.now() }]),
      ];
      const stored: Stored = { ...picture, hash, former: await this.#clean(former) };
      await this.#options.kv.set(key, stored);
      return;
    }
    this.#notBefore = clock.now() + FAILED_MS;
    logger.warn({ fileId }, "Slack does not show the chart of App Home");
    await this.#delete(fileId);
  }

  /** Deletes the files that no page shows any more. @returns those that stay. */
  async #clean(former: Stored["former"]): Promise<Stored["former"]> {
    const now = this.#options.clock.now();
    const isOver = ({ replacedAt }: Stored["former"][number]): boolean =>
      now - replacedAt >= KEPT_MS;
    for (const { fileId } of former.filter(isOver)) await this.#delete(fileId);
    return former.filter((one) => !isOver(one));
  }

  async #delete(file: string): Promise<void> {
    const { client, logger } = this.#options;
    await client.files.delete({ file }).catch((error: unknown) => {
      logger.info({ err: error, file }, "an old chart could not be deleted");
    });
  }

  async #read(key: string): Promise<Stored | null> {
    return Stored.safeParse(await this.#options.kv.get(key)).data ?? null;
  }
}

/** Slack's error code; `null`: it is none. */
function whyOf(error: unknown): string | null {
  const failure = toSlackFailure(isAppError(error) ? error.cause : error);
  return failure.kind === "refused" ? failure.code : null;
}
