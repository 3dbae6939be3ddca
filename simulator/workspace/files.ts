/** A file as uploaded; its bytes live in memory only. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly size: number;
  readonly user: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly completed: boolean;
}

const MAX_BYTES_KEPT = 64 * 1024 * 1024;

/** Files by id, and the bytes of the latest ones. */
export class FileStore {
  readonly #files = new Map<string, StoredFile>();
  readonly #bytes = new Map<string, Buffer>();
  #bytesKept = 0;

  constructor(data: readonly StoredFile[] = []) {
    for (const file of data) this.save(file);
  }

  find(id: string): StoredFile | undefined {
    return this.#files.get(id);
  }

  save(file: StoredFile): void {
    this.#files.set(file.id, file);
  }

  bytes(id: string): Buffer | undefined {
    return this.#bytes.get(id);
  }

  saveBytes(id: string, bytes: Buffer): void {
    this.#bytesKept += bytes.length - (this.#bytes.get(id)?.length ?? 0);
    this.#bytes.set(id, bytes);
    for (const [oldest, old] of this.#bytes) {
      if (this.#bytesKept <= MAX_BYTES_KEPT || oldest === id) break;
      this.#bytes.delete(oldest);
      this.#bytesKept -= old.length;
    }
  }

  toData(): readonly StoredFile[] {
    return [...this.#files.values()];
  }
}
