import { randomUUID } from "node:crypto";
import type { CardRecord, CardStore } from "../../engine/ports/cards.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { toSlackFailure } from "../../slack/errors.ts";
import { DIGEST_RUNS, digestMessage } from "../views/digest.ts";
import type { ExecutionCards } from "./execution-cards.ts";
import { endOf, inDigest } from "./folding.ts";
import type { CardPlace, SlackMessages } from "./slack-messages.ts";

/** So many runs that wait with one message each become one message. */
const DIGEST_AT = 5;
/** Places that refused a digest: runs go their own ways from there. */
const MAX_REFUSED = 1000;

/** A folded run whose message waits for its turn. */
export interface FoldedRun {
  readonly execution: ExecutionCards;
  /** Of its card, which is not posted yet. */
  readonly record: CardRecord;
  readonly place: CardPlace;
  /** Takes its message out of the queue, and claims its cards. @returns whether it may be written about. */
  readonly join: () => Promise<boolean>;
  /** Settles when the digest that took it along is posted, or was not; rejects as its post did. `null`: none took it. */
  taken: Promise<void> | null;
}

export interface DigestsOptions {
  readonly cards: CardStore;
  readonly api: SlackMessages;
}

/**
 * Digests of runs that ended while messages queued up: when one of them has its turn, it takes the others along.
 *
 * Their records name the digest before it is posted, so that it is searched for and not posted twice after a crash.
 */
export class Digests {
  readonly #options: DigestsOptions;
  readonly #waiting = new Map<string, Set<FoldedRun>>();
  readonly #refused = new LruMap<string, true>(MAX_REFUSED);

  constructor(options: DigestsOptions) {
    this.#options = options;
  }

  /** Makes known that a run waits. @returns a function that takes it back. */
  add(run: FoldedRun): () => void {
    const key = keyOf(run.place);
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(run));
    return () => {
      waiting.delete(run);
      if (waiting.size === 0) this.#waiting.delete(key);
    };
  }

  /**
   * Posts a digest if enough runs wait for the same place, this one among them.
   *
   * @returns `false` if the run has to be posted by itself. Throws what the Web API client throws.
   */
  async post(run: FoldedRun): Promise<boolean> {
    const key = keyOf(run.place);
    const waiting = [...(this.#waiting.get(key) ?? [])].filter(({ taken }) => taken === null);
    if (waiting.length < DIGEST_AT || this.#refused.get(key) === true) return false;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // All of them wait for it, or none.
    promise.catch(() => undefined);
    const others = waiting.filter((other) => other !== run).slice(0, DIGEST_RUNS - 1);
    for (const other of others) other.taken = promise;
    try {
      const joined = await Promise.all(others.map((other) => other.join()));
      const isPosted = await this.#postAll([run, ...others.filter((_, index) => joined[index])]);
      resolve();
      return isPosted;
    } catch (error) {
      reject(error);
      throw error;
    } finally {
      for (const other of others) other.taken = null;
    }
  }

  async #postAll(runs: readonly FoldedRun[]): Promise<boolean> {
    const [first] = runs;
    if (first === undefined || runs.length === 1) return false;
    const { cards, api } = this.#options;
    const id = randomUUID();
    const save = (ts: string | null) =>
      Promise.all(runs.map(({ record }) => cards.save(inDigest(record, id, ts))));
    await save(null);
    try {
      const views = runs.map(({ execution }) => execution.view);
      const ts = await api.post(first.place, digestCardId(id), digestMessage(views));
      await save(ts);
      await Promise.all(runs.map(({ record }) => cards.insert(endOf({ ...record, ts }))));
      return true;
    } catch (error) {
      const failure = toSlackFailure(error);
      // It may stand there: it is searched for before anything else is posted.
      if (failure.kind === "unknown") throw error;
      await Promise.all(runs.map(({ record }) => cards.save(record)));
      if (failure.kind !== "refused") throw error;
      this.#refused.set(keyOf(first.place), true);
      return false;
    }
  }
}

const DIGEST_CARD = "digest:";

/** What a digest is recognized by in Slack. */
export function digestCardId(digestId: string): string {
  return `${DIGEST_CARD}${digestId}`;
}

/** Is the card with this id a digest, and thus of no single run? */
export function isDigestCard(id: string): boolean {
  return id.startsWith(DIGEST_CARD);
}

function keyOf({ channel, threadTs }: CardPlace): string {
  return `${channel} ${threadTs ?? ""}`;
}
