import { Binary } from "mongodb";
import { type FileStore, UPLOADS } from "../../engine/ports/files.ts";
import { createFiles, FILE_LINKS, splitBytes, UPLOAD_KEPT_MS } from "../records.ts";
import { type FileDocument, type FilePartDocument, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";
import { recordCollection } from "./record-collection.ts";
import { newInsertId, time, toDate } from "./values.ts";

/** Saves that were broken off, and are removed in one call. */
const LEFTOVERS = 100;

/**
 * Bytes of files, and who may use them. The parts of a file are written before its document, which decides who was first; so a file
 * that is there is whole.
 */
export function openFiles(connection: Connection): FileStore {
  const { ask } = connection;
  const { files } = connection.collections;
  const inserts = connection.inserts<FileDocument>("files");
  const parts = new FileParts(connection);

  const extend = async (ref: string, until: number): Promise<boolean> => {
    const update = { $max: { expiresAt: toDate(until) } };
    const { matchedCount } = await ask(() => files.updateOne({ _id: ref }, update));
    return matchedCount > 0;
  };

  return createFiles(recordCollection(connection, FILE_LINKS), {
    async save({ ref, size, expiresAt }, bytes, now) {
      while (!(await extend(ref, expiresAt))) {
        const blob = await parts.insert(ref, bytes, now);
        const [_id, schemaVersion, insertId] = [ref, SCHEMA_VERSION, newInsertId()];
        const file = {
          ...{ _id, schemaVersion, insertId, blob, size, expiresAt: toDate(expiresAt) },
          ...(bytes.length !== size && { storedSize: bytes.length }),
        };
        if (await inserts.add(file)) return parts.settle(blob);
        await parts.remove(blob);
      }
    },
    async read(ref) {
      const file = await ask(() => files.findOne({ _id: ref }));
      const bytes = file && (await parts.read(file.blob));
      // Removed in this moment.
      return bytes?.length === (file?.storedSize ?? file?.size) ? bytes : null;
    },
    extend,
    async totalBytes() {
      const sum = [{ $group: { _id: null, bytes: { $sum: "$size" } } }];
      const [found] = await ask(() => files.aggregate<{ bytes: number }>(sum).toArray());
      return found?.bytes ?? 0;
    },
    ...openExpiry(connection, parts),
  });
}

/** Puts other bytes in the place of those of a file, which has either at any moment. For `npm run reencrypt`. */
export async function replaceBytes(
  connection: Connection,
  ref: string,
  change: (bytes: Buffer) => Promise<Buffer>,
): Promise<void> {
  const { files } = connection.collections;
  const parts = new FileParts(connection);
  const file = await connection.ask(() => files.findOne({ _id: ref }));
  if (file === null) return;
  const bytes = await change(await parts.read(file.blob));
  const blob = await parts.insert(ref, bytes, Date.now());
  const update = { $set: { blob, storedSize: bytes.length } };
  await connection.ask(() => files.updateOne({ _id: ref, blob: file.blob }, update));
  await parts.settle(blob);
  await parts.remove(file.blob);
}

/**
 * Takes its files from an execution: the bytes go with the last link to them, an upload's stay as long as uploads do. Harmless when
 * repeated: its own links go last.
 */
export async function removeFilesOf(
  connection: Connection,
  holder: string,
  at: number,
): Promise<void> {
  const { ask } = connection;
  const { files } = connection.collections;
  const parts = new FileParts(connection);
  const links = connection.records(FILE_LINKS.collection);
  for (const { _id, ref } of await ask(() => links.find({ holder }).toArray())) {
    if (typeof ref !== "string") continue;
    // Read before the links: who brings the same bytes in links first and then keeps them for longer.
    const file = await ask(() => files.findOne({ _id: ref }));
    const others = await ask(() =>
      links
        .find({ ref, holder: { $ne: holder } })
        .limit(2)
        .toArray(),
    );
    if (file !== null && others.every((link) => link["holder"] === UPLOADS)) {
      const same = { _id: ref, blob: file.blob, expiresAt: file.expiresAt };
      if (others.length > 0) {
        const soon = { $min: { expiresAt: toDate(at + UPLOAD_KEPT_MS) } };
        await ask(() => files.updateOne(same, soon));
      } else {
        await parts.mark(file.blob, at);
        const { deletedCount } = await ask(() => files.deleteOne(same));
        if (deletedCount > 0) await parts.remove(file.blob);
        else await parts.settle(file.blob);
      }
    }
    await ask(() => links.deleteOne({ _id }));
  }
}

/** Finding and removing what has expired. */
function openExpiry(
  { ask, collections: { files } }: Connection,
  parts: FileParts,
): Pick<FileStore, "listExpired" | "remove" | "removeLeftovers"> {
  return {
    async listExpired(now, limit) {
      const expired = { expiresAt: { $lte: toDate(now) } };
      const found = await ask(() =>
        files.find(expired).sort({ expiresAt: 1, _id: 1 }).limit(limit).toArray(),
      );
      return found.map(({ _id: ref, size, expiresAt }) => ({
        ref,
        size,
        expiresAt: time(expiresAt),
      }));
    },
    async remove(ref, now) {
      const file = await ask(() => files.findOne({ _id: ref }));
      if (file === null) return false;
      const { blob } = file;
      // Found again, should the process end in between.
      await parts.mark(blob, now);
      const expired = { _id: ref, blob, expiresAt: { $lte: toDate(now) } };
      const { deletedCount } = await ask(() => files.deleteOne(expired));
      if (deletedCount === 0) return false;
      await parts.remove(blob);
      return true;
    },
    async removeLeftovers(before) {
      for (const { ref, blob } of await parts.pending(before)) {
        const owner = await ask(() => files.findOne({ _id: ref }));
        if (owner?.blob === blob) await parts.settle(blob);
        else await parts.remove(blob);
      }
    },
  };
}

/** The bytes of files in parts. The first part is marked while it is not known whether there is a file with it. */
class FileParts {
  readonly #ask: Connection["ask"];
  readonly #parts: Connection["collections"]["fileParts"];

  constructor({ ask, collections }: Connection) {
    this.#ask = ask;
    this.#parts = collections.fileParts;
  }

  /** @returns the name of the blob, which is marked. */
  async insert(ref: string, bytes: Uint8Array, now: number): Promise<string> {
    const blob = newInsertId();
    for (const [n, part] of splitBytes(bytes).entries()) {
      await this.#insertOne({
        _id: partId(blob, n),
        schemaVersion: SCHEMA_VERSION,
        ref,
        blob,
        bytes: new Binary(part),
        ...(n === 0 && { pendingAt: toDate(now) }),
      });
    }
    return blob;
  }

  async #insertOne(part: FilePartDocument): Promise<void> {
    await this.#ask(async () => {
      try {
        await this.#parts.insertOne(part);
      } catch (error) {
        // A repeat: the first sending arrived.
        if (!isDuplicateKey(error)) throw error;
      }
    });
  }

  async read(blob: string): Promise<Buffer> {
    const all = { _id: { $gte: partId(blob, 0), $lt: endOf(blob) } };
    const found = await this.#ask(() => this.#parts.find(all).sort({ _id: 1 }).toArray());
    return Buffer.concat(found.map(({ bytes }) => bytes.value()));
  }

  /** There is a file with it. */
  async settle(blob: string): Promise<void> {
    const first = { _id: partId(blob, 0) };
    await this.#ask(() => this.#parts.updateOne(first, { $unset: { pendingAt: true } }));
  }

  /** There may soon be no file with it. */
  async mark(blob: string, now: number): Promise<void> {
    const first = { _id: partId(blob, 0) };
    await this.#ask(() => this.#parts.updateOne(first, { $set: { pendingAt: toDate(now) } }));
  }

  /** Blobs that were marked before. */
  async pending(before: number): Promise<readonly Omit<FilePartDocument, "bytes">[]> {
    const marked = { pendingAt: { $exists: true, $lt: toDate(before) } };
    return this.#ask(() =>
      this.#parts
        .find(marked, { projection: { bytes: 0 } })
        .limit(LEFTOVERS)
        .toArray(),
    );
  }

  async remove(blob: string): Promise<void> {
    const first = partId(blob, 0);
    // The first part goes last: its mark leads to the others.
    await this.#ask(() => this.#parts.deleteMany({ _id: { $gt: first, $lt: endOf(blob) } }));
    await this.#ask(() => this.#parts.deleteOne({ _id: first }));
  }
}

/** The parts of a blob are in order of their ids. */
export function partId(blob: string, part: number): string {
  return `${blob}:${String(part).padStart(6, "0")}`;
}

/** After the ids of all its parts. */
function endOf(blob: string): string {
  return `${blob};`;
}
