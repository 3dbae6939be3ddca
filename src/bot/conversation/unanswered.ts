import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../../engine/ports/clock.ts";
import type { Logger } from "../../engine/ports/logger.ts";
import type { KeyValueStore } from "../../engine/ports/store.ts";
import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { toJson } from "../../shared/json.ts";
import type { SharedKeys } from "../shared-keys.ts";
import type { WrittenMessage } from "./written-message.ts";

/*
 * Slack sends a message once: what it was acknowledged for is lost with the process that was answering it. So each message is noted
 * in the store until its answer was sent. A note says where the message stands and not what it says.
 */

const PREFIX = "unanswered:";

/** How often a process renews the note of a message that it is answering, in milliseconds. */
const RENEW_MS = 10_000;

/** A note that was not renewed for so long is that of a process that died, in milliseconds. */
const STALE_MS = 25_000;

/** The attempt that only says that nothing came of the earlier ones: a message at which the bot dies each time has to come to an end. */
const LAST_ATTEMPT = 3;

const Note = z.object({
  user: z.string(),
  channel: z.string(),
  ts: z.string(),
  threadTs: z.string().nullable(),
  isDirect: z.boolean(),
  eventId: z.string(),
  /** When a process last renewed the note, in milliseconds since 1970. */
  at: z.number(),
  /** Which of its take-ups this is; 1 is the first. */
  attempt: z.number(),
  /** How many of them ended because Slack or the store did not answer, and not by the end of the process. */
  spared: z.number().optional(),
  /** The answer was being sent: it may have arrived. */
  isSending: z.boolean().optional(),
  /** The draft of which a round was being written, as it was before, and whether the message says what should change. */
  draft: z
    .object({
      ...{ id: z.string(), round: z.number(), messageTs: z.string().nullable() },
      ...{ isAsked: z.boolean(), isChange: z.boolean() },
    })
    .optional(),
});
export type Note = z.output<typeof Note>;

/** A message that this process answers. */
export interface Underway {
  readonly note: Note;
  /** Is it the last time that it is taken up? */
  readonly isLast: boolean;
  /** Notes that its answer is about to be sent. */
  sending(): Promise<void>;
  /** Notes that a round of a draft is about to be written. @param isChange - does the message say what should change in it? */
  writing(draft: DraftRecord, isChange: boolean): Promise<void>;
  /** Its answer was sent. */
  end(): Promise<void>;
  /** It cannot be answered now: it is taken over again later. @param isSpared - does this attempt not count? */
  release(isSpared: boolean): Promise<void>;
}

/** What messages wait for an answer. Nothing of it rejects: a message without a note is answered all the same. */
export interface Unanswered {
  /** @returns `null`: it was taken up before. */
  begin(message: Place): Promise<Underway | null>;
  /**
   * Takes over messages whose process died. Not to be called again before it is over: both would take the same messages.
   *
   * @param isAlone - no other process works on the store: every note that this one did not make is such a message.
   * @returns `isComplete`: `false` if the store failed before all notes were read.
   */
  takeOver(
    isAlone: boolean,
  ): Promise<{ readonly taken: readonly Underway[]; readonly isComplete: boolean }>;
}

/** Where a message stands, and whose it is. */
export type Place = Pick<
  WrittenMessage,
  "user" | "channel" | "ts" | "threadTs" | "isDirect" | "eventId"
>;

interface Options {
  /** Absent: nothing is noted. */
  readonly kv: KeyValueStore | undefined;
  readonly keys: SharedKeys;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A note of this process: kept fresh until its message was answered. */
class Held implements Underway {
  readonly note: Note;
  readonly #key: string;
  readonly #options: Options;
  readonly #onEnd: () => void;
  #latest: Note;
  /** One write after the other: a renewal that arrives late would bring back a note that was removed. */
  #last: Promise<void> = Promise.resolve();
  #stopTimer = (): void => undefined;

  constructor(key: string, note: Note, options: Options, onEnd: () => void) {
    this.note = note;
    this.#latest = note;
    this.#key = key;
    this.#options = options;
    this.#onEnd = onEnd;
    this.#renewLater();
  }

  get isLast(): boolean {
    const { attempt, spared = 0 } = this.note;
    return attempt - spared >= LAST_ATTEMPT;
  }

  sending(): Promise<void> {
    return this.#save({ isSending: true });
  }

  writing({ id, round, messageTs, asked }: DraftRecord, isChange: boolean): Promise<void> {
    return this.#save({ draft: { id, round, messageTs, isAsked: asked !== undefined, isChange } });
  }

  async end(): Promise<void> {
    this.#stopTimer();
    await this.#inTurn((kv) => kv.remove(this.#key));
    this.#onEnd();
  }

  async release(isSpared: boolean): Promise<void> {
    this.#stopTimer();
    if (isSpared) await this.#save({ spared: (this.note.spared ?? 0) + 1 });
    this.#onEnd();
  }

  #renewLater(): void {
    this.#stopTimer = this.#options.clock.after(RENEW_MS, () => {
      void this.#save({});
      this.#renewLater();
    });
  }

  #save(change: Partial<Note>): Promise<void> {
    this.#latest = { ...this.#latest, ...change, at: this.#options.clock.now() };
    return this.#inTurn((kv) => kv.set(this.#key, toJson(this.#latest)));
  }

  #inTurn(write: (kv: KeyValueStore) => Promise<void>): Promise<void> {
    const { kv, logger } = this.#options;
    if (kv === undefined) return this.#last;
    this.#last = this.#last
      .then(() => write(kv))
      .catch((error: unknown) => logger.warn({ err: error }, NOT_NOTED));
    return this.#last;
  }
}

const NOT_NOTED = "a message that is being answered could not be noted";

/** The notes in a store. */
class StoredNotes implements Unanswered {
  readonly #options: Options;
  /** One life of a process. */
  readonly #life = randomBytes(8).toString("hex");
  readonly #own = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  async begin({ user, channel, ts, threadTs, isDirect, eventId }: Place): Promise<Underway | null> {
    const { kv, keys, clock, logger } = this.#options;
    const key = `${PREFIX}${channel}:${ts}:${eventId}`;
    const place = { user, channel, ts, threadTs, isDirect, eventId };
    const note: Note = { ...place, at: clock.now(), attempt: 1 };
    if (kv === undefined) return this.#hold(key, note);
    try {
      if ((await kv.get(key)) !== null) return null;
      await kv.set(key, toJson(note));
      if (await keys.claim(`answer:${key}`, this.#life)) return this.#hold(key, note);
      // Slack sent it again after it was answered, to a process that knows nothing of that.
      await kv.remove(key);
      return null;
    } catch (error) {
      logger.warn({ err: error }, NOT_NOTED);
      return this.#hold(key, note);
    }
  }

  async takeOver(isAlone: boolean): ReturnType<Unanswered["takeOver"]> {
    const { kv, clock, logger } = this.#options;
    const taken: Underway[] = [];
    try {
      for (const { key, value } of (await kv?.list(PREFIX)) ?? []) {
        const note = Note.safeParse(value).data;
        if (note === undefined || this.#own.has(key)) continue;
        if (!isAlone && clock.now() - note.at < STALE_MS) continue;
        const mine = await this.#take(key, note);
        if (mine !== null) taken.push(mine);
      }
      return { taken, isComplete: true };
    } catch (error) {
      logger.warn({ err: error }, "messages without an answer could not be read; retrying");
      return { taken, isComplete: false };
    }
  }

  /** @returns `null`: another process took it. */
  async #take(key: string, note: Note): Promise<Underway | null> {
    const { kv, keys, clock } = this.#options;
    const attempt = note.attempt + 1;
    if (!(await keys.claim(`again:${key}:${attempt}`, this.#life))) return null;
    const mine = { ...note, attempt, at: clock.now() };
    await kv?.set(key, toJson(mine));
    return this.#hold(key, mine);
  }

  #hold(key: string, note: Note): Underway {
    this.#own.add(key);
    return new Held(key, note, this.#options, () => this.#own.delete(key));
  }
}

export function createUnanswered(options: Options): Unanswered {
  return new StoredNotes(options);
}
