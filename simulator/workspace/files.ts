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
  /** Milliseconds since the epoch from which blocks may refer to it; Slack needs a moment after the upload. */
  readonly readyAt?: number;
  /** Where it was shared: those who see one of these see the file. */
  readonly channels?: readonly string[];
  /** A person gave it to the app, in a field of a modal. */
  readonly givenToApp?: boolean;
}

const MAX_FILES_KEPT = 2_000;
const MAX_BYTES_KEPT = 64 * 1024 * 1024;

const TYPES: Readonly<Record<string, string>> = {
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  json: "application/json",
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
};

/** Pictures that a browser may show and that blocks may refer to. */
const IMAGES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif"]);

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

  /** Adds or replaces; beyond 2,000 files the oldest is dropped. */
  save(file: StoredFile): void {
    this.#files.set(file.id, file);
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= MAX_FILES_KEPT) return;
      this.remove(oldest);
    }
  }

  remove(id: string): void {
    this.#files.delete(id);
    this.#bytesKept -= this.#bytes.get(id)?.length ?? 0;
    this.#bytes.delete(id);
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

/** The type of a file by its name; bytes without a meaning when the ending is unknown. */
export function mimetypeOf(name: string): string {
  const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(TYPES, extension) ? (TYPES[extension] ?? "") : "application/octet-stream";
}

export function isImage({ mimetype }: StoredFile): boolean {
  return IMAGES.has(mimetype);
}
