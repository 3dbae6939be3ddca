import type { Clock } from "../engine/ports/clock.ts";
import type { DedupeStore } from "../engine/ports/store.ts";

/** How long a key is known: longer than Slack delivers an event again, and than a dialog stays open. */
const KNOWN_MS = 24 * 3_600_000;

/** What the processes of the bot share for a day. Its methods throw {AppError} `store_unavailable`. */
export interface SharedKeys {
  /** Takes a key for an owner. @returns whether it is the owner's, now or from before. */
  claim(key: string, owner: string): Promise<boolean>;
  /** Keeps a text under a key that has none yet. */
  keep(key: string, text: string): Promise<void>;
  /** The text under a key; `null`: none. */
  read(key: string): Promise<string | null>;
}

/** Keys in the store: a claim says who was first, and gives back what the first one brought. */
export function createSharedKeys(dedupe: DedupeStore, clock: Clock): SharedKeys {
  const claim = (key: string, value: string): Promise<string> => {
    const now = clock.now();
    return dedupe.claim(`slack:${key}`, value, now, now + KNOWN_MS);
  };
  return {
    claim: async (key, owner) => (await claim(key, owner)) === owner,
    keep: async (key, text) => {
      await claim(key, text);
    },
    read: async (key) => (await claim(key, "")) || null,
  };
}
