import { asAppError } from "../../shared/errors.ts";
import { isJsonObject, type JsonObject, readNumber } from "../../shared/json.ts";
import type { Absence, AbsenceProgress, Absences as AbsencesApi } from "../api/absences.ts";
import { type Clock, pause } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { type FindMissedOptions, findMissed } from "./find-missed.ts";
import { Presence } from "./presence.ts";
import { readMissed, writeMissed } from "./stored-missed.ts";

export interface AbsencesOptions extends FindMissedOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The worker of this process. */
  readonly process: string;
}

/** A restart misses nothing that would be worth a note. In milliseconds; the mark of presence may be half a minute old. */
const MIN_MS = 90_000;
/** Absences whose notes were not all sent yet, by when they began. */
const PREFIX = "absence:";
/** How long what was missed is kept, and how long it is tried to notify people of it, in milliseconds. */
const KEPT_MS = 7 * 86_400_000;
const TRIED_MS = 86_400_000;
/** How long one process has the sending to itself: longer than it takes. In milliseconds. */
const SENDING_MS = 10 * 60_000;
const RETRY_MS = 60_000;
/** How long a stop waits for a note that is being sent, in milliseconds: Slack may not take it for long. */
const STOP_MS = 1000;

type Listener = Parameters<AbsencesApi["onAbsence"]>[0];

/**
 * Finds out at a start whether no process was there for some time, and what was missed. What is found first, by whichever process, is
 * kept before a run continues, and stays until people were notified, so that neither a crash nor a second start loses a note. One is
 * repeated only if the process ends after a note was sent and before that was kept.
 */
export class Absences implements AbsencesApi {
  readonly #options: AbsencesOptions;
  readonly #presence: Presence;
  readonly #begun: number;
  #isPrepared = false;
  readonly #listeners = new Set<Listener>();
  #cancelTimer: (() => void) | null = null;
  #reporting: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: AbsencesOptions) {
    this.#options = options;
    this.#presence = new Presence(options);
    this.#begun = options.clock.now();
  }

  onAbsence(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To be called before runs are executed. Never rejects: a start does not depend on it. */
  async prepare(): Promise<void> {
    const { clock, logger } = this.#options;
    try {
      const from = await this.#presence.last();
      const to = clock.now();
      if (from !== null && to - from >= MIN_MS) await this.#keep(from, to);
    } catch (error) {
      logger.warn({ error: asAppError(error).message }, "what was missed could not be read");
    }
    this.#isPrepared = true;
    await this.#presence.mark();
  }

  /** To be called regularly while the process works. Never rejects. */
  async keepPresence(): Promise<void> {
    if (this.#isPrepared) await this.#presence.keep();
  }

  /** To be called when the rest works: notifies people, now or later. */
  start(): void {
    this.#isStopped = false;
    this.#reporting = this.#reportAll();
  }

  /** Ends within a second or so. What was not sent by then is left to another process, or to the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    await Promise.race([this.#reporting, pause(this.#options.clock, STOP_MS)]);
    if (this.#isPrepared) await this.#presence.mark();
  }

  /** What the first process found stands: later ones would see less. */
  async #keep(from: number, to: number): Promise<void> {
    const { store } = this.#options;
    const missed = await findMissed(this.#options, { from, to, begun: this.#begun });
    const key = `${PREFIX}${from}`;
    await store.dedupe.claim(key, writeMissed(to, missed), to, to + KEPT_MS);
    const known = await store.kv.list(PREFIX);
    // Another process may have sent some of the notes by now.
    if (!known.some((one) => one.key === key)) await store.kv.set(key, { to, done: [] });
    for (const one of known)
      if (one.value === null && one.key !== key) await store.kv.remove(one.key);
  }

  async #reportAll(): Promise<void> {
    const { store, clock, logger } = this.#options;
    let isLeft = false;
    try {
      for (const { key, value } of await store.kv.list(PREFIX)) {
        if (this.#isStopped) return;
        if (isJsonObject(value) && !(await this.#report(key, value))) isLeft = true;
      }
    } catch (error) {
      isLeft = true;
      logger.warn({ error: asAppError(error).message }, "what was missed could not be reported");
    }
    if (!isLeft || this.#isStopped) return;
    this.#cancelTimer = clock.after(RETRY_MS, () => {
      this.#reporting = this.#reportAll();
    });
  }

  /** @returns whether nothing is left to do. */
  async #report(key: string, value: JsonObject): Promise<boolean> {
    const { store, clock, process } = this.#options;
    const now = clock.now();
    const to = readNumber(value, "to") ?? now;
    if (now - to > TRIED_MS) return this.#close(key);
    const absence = await this.#read(key);
    if (absence === null || absence.missed.length === 0) return this.#close(key);
    if (this.#listeners.size === 0) return false;
    const sender = `${key}:sender`;
    if ((await store.dedupe.claim(sender, process, now, now + SENDING_MS)) !== process)
      return false;
    const done = new Set(Array.isArray(value["done"]) ? value["done"].map(String) : []);
    const progress: AbsenceProgress = {
      isDone: (person) => done.has(person),
      done: async (person) => {
        done.add(person);
        await store.kv.set(key, { to, done: [...done] });
      },
    };
    const reached = await Promise.all([...this.#listeners].map((one) => one(absence, progress)));
    return reached.every(Boolean) ? this.#close(key) : false;
  }

  /** The key stays until the next absence: a process that starts together with this one must not begin again. */
  async #close(key: string): Promise<boolean> {
    await this.#options.store.kv.set(key, null);
    return true;
  }

  async #read(key: string): Promise<Absence | null> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const found = readMissed(await store.dedupe.claim(key, "", now, now + KEPT_MS));
    return found && { from: Number(key.slice(PREFIX.length)), ...found };
  }
}
