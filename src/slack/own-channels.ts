import type { Clock } from "../engine/ports/clock.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { isSharedOutside } from "./channel-facts.ts";
import type { SlackClient } from "./clients.ts";
import { toSlackFailure } from "./errors.ts";

/** The most that Slack gives on a page (docs.slack.dev/reference/methods/users.conversations). */
const PAGE_SIZE = 999;

/**
 * How old the list may be, in milliseconds. Events correct it, but each reaches one process alone, so that in the others a name may
 * be wrong for as long. A name that is not in the list is believed to be missing for a minute.
 */
const TTL_MS = 600_000;
const MISS_MS = 60_000;
/** The same while Slack limits the calls. */
const LIMITED_TTL_MS = 1_800_000;
/** A cursor that is older is not used any more. */
const CURSOR_MS = 300_000;

/** A channel of the list. */
export interface OwnChannel {
  /** Without `#`. */
  readonly name: string;
  /** Do people of other organizations read it, or are they invited? */
  readonly isShared: boolean;
}

/** A list that is being read. */
interface Reading {
  readonly at: number;
  readonly channels: Map<string, OwnChannel>;
  /** What changed since it began, on whichever page; `null`: the channel is not the bot's any more. */
  readonly changes: Map<string, OwnChannel | null>;
  cursor: string | undefined;
}

/**
 * The channels that the bot is in, by name: it can read and, as a rule, post nowhere else.
 *
 * Reads `users.conversations`, never the list of the whole workspace, which in a large one takes longer than its limits allow. A page
 * that Slack refuses for now is asked for again later; those before it are kept.
 */
export class OwnChannels {
  readonly #client: Pick<SlackClient, "users">;
  readonly #clock: Clock;
  #known = new Map<string, OwnChannel>();
  #readAt = Number.NEGATIVE_INFINITY;
  #unfinished: Reading | null = null;
  #limited: { readonly error: unknown; readonly until: number } | null = null;
  #reading: Promise<void> | null = null;

  constructor(client: Pick<SlackClient, "users">, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** @returns the id, or `null` if the bot is in no such channel. Throws what the Web API client throws. */
  async idOf(name: string): Promise<string | null> {
    const age = this.#age();
    const found = findId(name, this.#known);
    if (found === null ? age < MISS_MS : age < TTL_MS) return found;
    try {
      await this.#refresh();
      return findId(name, this.#known);
    } catch (error) {
      if (toSlackFailure(error).kind !== "limited") throw error;
      const last = age < LIMITED_TTL_MS ? found : null;
      const seen = findId(name, this.#unfinished?.channels ?? new Map()) ?? last;
      if (seen !== null) return seen;
      throw error;
    }
  }

  /** The ids of all. Throws what the Web API client throws. */
  async ids(): Promise<readonly string[]> {
    if (this.#age() >= TTL_MS) await this.#refresh();
    return [...this.#known.keys()];
  }

  /** A channel by its id; `null` if it is not among them, or Slack does not say. Never rejects. */
  async get(id: string): Promise<OwnChannel | null> {
    if (this.#age() >= TTL_MS) await this.#refresh().catch(() => undefined);
    return this.#unfinished?.channels.get(id) ?? this.#known.get(id) ?? null;
  }

  /** The bot is in this channel. */
  add(id: string, channel: OwnChannel): void {
    this.#change(id, channel);
  }

  rename(id: string, name: string): void {
    const known = this.#known.get(id);
    if (known === undefined) this.expire();
    else this.#change(id, { ...known, name });
  }

  /** The bot is not in it any more, or it is closed. */
  remove(id: string): void {
    this.#change(id, null);
  }

  /** It is read anew the next time. */
  expire(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  #change(id: string, channel: OwnChannel | null): void {
    put(this.#known, id, channel);
    this.#unfinished?.changes.set(id, channel);
  }

  #age(): number {
    return this.#clock.now() - this.#readAt;
  }

  async #refresh(): Promise<void> {
    if (this.#limited !== null && this.#clock.now() < this.#limited.until)
      throw this.#limited.error;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    try {
      await this.#reading;
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind === "limited")
        this.#limited = { error, until: this.#clock.now() + failure.retryAfterMs };
      // A cursor that Slack takes no more would fail again and again.
      if (failure.kind === "refused") this.#unfinished = null;
      throw error;
    }
  }

  async #read(): Promise<void> {
    const list = this.#unfinishedYet() ?? this.#begin();
    do {
      const answer = await this.#client.users.conversations({
        types: "public_channel,private_channel",
        exclude_archived: true,
        limit: PAGE_SIZE,
        ...omitUndefined({ cursor: list.cursor }),
      });
      for (const channel of answer.channels ?? []) {
        const { id, name } = channel;
        if (id && name) list.channels.set(id, { name, isShared: isSharedOutside(channel) });
      }
      list.cursor = answer.response_metadata?.next_cursor || undefined;
    } while (list.cursor !== undefined);
    for (const [id, channel] of list.changes) put(list.channels, id, channel);
    this.#known = list.channels;
    this.#readAt = list.at;
    this.#unfinished = null;
  }

  #unfinishedYet(): Reading | null {
    const list = this.#unfinished;
    return list !== null && this.#clock.now() - list.at < CURSOR_MS ? list : null;
  }

  #begin(): Reading {
    const at = this.#clock.now();
    this.#unfinished = { at, channels: new Map(), changes: new Map(), cursor: undefined };
    return this.#unfinished;
  }
}

function findId(name: string, channels: ReadonlyMap<string, OwnChannel>): string | null {
  for (const [id, channel] of channels) if (channel.name === name) return id;
  return null;
}

function put(channels: Map<string, OwnChannel>, id: string, channel: OwnChannel | null): void {
  if (channel === null) channels.delete(id);
  else channels.set(id, channel);
}
