import type { Json } from "../json.ts";

const MAX_KEPT = 2_000;

/** A change that pages show: a `type` and its data. */
export interface Change {
  readonly type: string;
  readonly [key: string]: Json | object | undefined;
}

export interface NumberedChange {
  readonly id: number;
  readonly change: Change;
  /** `undefined` for all people. */
  readonly audience: Audience | undefined;
}

export type Audience = { readonly user: string } | { readonly channel: string };

/** Numbered changes for the pages that are open, with the latest ones kept for those that come back. */
export class ChangeFeed {
  #kept: NumberedChange[] = [];
  readonly #listeners = new Set<(change: NumberedChange) => void>();
  #nextId: number;

  /** @param firstId - grows from one start to the next, so that a page never takes an old number for a new one. */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  publish(change: Change, audience?: Audience): void {
    const numbered = { id: this.#nextId, change, audience };
    this.#nextId += 1;
    this.#kept.push(numbered);
    if (this.#kept.length > 2 * MAX_KEPT) this.#kept = this.#kept.slice(-MAX_KEPT);
    for (const listener of this.#listeners) listener(numbered);
  }

  /** Returns a function that ends the subscription. */
  subscribe(listener: (change: NumberedChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The number that the latest change carries. */
  get lastId(): number {
    return this.#nextId - 1;
  }

  /** Changes after `id`, or `undefined` when some of them are forgotten. */
  since(id: number): readonly NumberedChange[] | undefined {
    const oldest = this.#kept[0]?.id ?? this.#nextId;
    if (id < oldest - 1 || id >= this.#nextId) return id === this.lastId ? [] : undefined;
    return this.#kept.filter((numbered) => numbered.id > id);
  }
}
