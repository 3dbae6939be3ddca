/** The place of one body among those that are being read. */
export interface BodySlot {
  /** More bytes of it are kept. */
  grow(bytes: number): void;
  /** Nothing of it is kept any more. May be called twice. */
  release(): void;
}

interface OpenSlot {
  bytes: number;
  readonly onEvicted: () => void;
}

/**
 * Bodies of unknown senders that are being read. At most so many, and so many bytes of them together: one more takes the place of the one
 * that has been open longest. An honest body is whole within moments, so that bodies that never end lose their places, not those that
 * come after them.
 */
export class BodySlots {
  readonly #count: number;
  readonly #bytes: number;
  /** In the order of their arrival. */
  readonly #open = new Set<OpenSlot>();
  #kept = 0;

  constructor(limits: { readonly count: number; readonly bytes: number }) {
    this.#count = limits.count;
    this.#bytes = limits.bytes;
  }

  /** @param onEvicted - called, once at most, when the body has lost its place; it holds none then. */
  open(onEvicted: () => void): BodySlot {
    const slot: OpenSlot = { bytes: 0, onEvicted };
    while (this.#open.size >= this.#count) this.#evictOldest();
    this.#open.add(slot);
    return {
      grow: (bytes) => {
        if (!this.#open.has(slot)) return;
        slot.bytes += bytes;
        this.#kept += bytes;
        // One alone may be larger: how large, its reader says.
        while (this.#kept > this.#bytes && this.#open.size > 1) this.#evictOldest();
      },
      release: () => this.#remove(slot),
    };
  }

  #evictOldest(): void {
    for (const oldest of this.#open) {
      this.#remove(oldest);
      return oldest.onEvicted();
    }
    this.#kept = 0;
  }

  #remove(slot: OpenSlot): void {
    if (this.#open.delete(slot)) this.#kept -= slot.bytes;
  }
}
