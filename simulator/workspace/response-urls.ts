import type { Clock } from "../clock.ts";
import { createSecret } from "./ids.ts";

const MAX_USES = 5;
const MAX_KEPT = 20_000;

/** The targets of answers sent to a `response_url`. */
export interface ResponseTarget {
  readonly user: string;
  readonly channel: string;
  /** The message that the interaction came from, which an answer may replace or delete. */
  readonly messageTs?: string;
  readonly threadTs?: string;
}

interface Entry {
  readonly target: ResponseTarget;
  readonly expiresAt: number;
  readonly uses: number;
}

export type ResponseUrlData = readonly (readonly [string, Entry])[];

/** Answer addresses: five uses within half an hour. */
export class ResponseUrls {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #entries: Map<string, Entry>;

  constructor(clock: Clock, lifeMs: number, data: ResponseUrlData = []) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
    this.#entries = new Map(data);
  }

  /** The secret path of a new address. */
  create(target: ResponseTarget): string {
    this.#forgetOld();
    const secret = createSecret();
    this.#entries.set(secret, {
      target,
      uses: 0,
      expiresAt: this.#clock.now() + this.#lifeMs,
    });
    return secret;
  }

  /** Counts one use. `undefined` when the address is unknown, too old or used up. */
  use(secret: string): ResponseTarget | undefined {
    const entry = this.#entries.get(secret);
    if (entry === undefined || entry.uses >= MAX_USES) return undefined;
    if (this.#clock.now() >= entry.expiresAt) return undefined;
    this.#entries.set(secret, { ...entry, uses: entry.uses + 1 });
    return entry.target;
  }

  toData(): ResponseUrlData {
    this.#forgetOld();
    return [...this.#entries];
  }

  #forgetOld(): void {
    for (const [secret, entry] of this.#entries) {
      if (entry.expiresAt > this.#clock.now() && this.#entries.size < MAX_KEPT) return;
      this.#entries.delete(secret);
    }
  }
}
