import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { BSON, Collection } from "mongodb";
import { AppError } from "../../src/shared/errors.ts";
import { canonicalJson, toJson } from "../../src/shared/json.ts";
import { assertStopped } from "../../src/store/mongodb/assert-stopped.ts";
import type { Connection } from "../../src/store/mongodb/connection.ts";
import { TABLES, type Table } from "./tables.ts";

/** Documents in one command. */
const BATCH = 500;
const DIGEST_BYTES = 32;

/** What was copied of one table and read back. */
export interface Copied {
  readonly table: string;
  readonly documents: number;
  /** Checksum of all documents, in any order; equal on both sides. */
  readonly checksum: string;
}

/**
 * Copies every table into the database and compares both sides. May be repeated.
 *
 * @throws {AppError} `store_locked` when a bot uses or has used the database; `internal` when the
 *   copy differs.
 */
export async function copyStore(
  source: DatabaseSync,
  target: Connection,
  now: number,
  report: (copied: Copied) => void,
): Promise<void> {
  await assertUnused(target, now);
  for (const [name, table] of Object.entries(TABLES)) {
    const collection: Collection = target.collection(table.collection);
    const written = await copyTable(source, table, collection, now, target);
    const found = await readBack(collection, written.isExpected, target);
    if (found.count !== written.sum.count || found.digest() !== written.sum.digest()) {
      throw differs(name, written.sum.count, found.count, target.name);
    }
    report({ table: name, documents: found.count, checksum: found.digest() });
  }
}

/** Refuses a database that a bot has used: its newer state would be overwritten. */
async function assertUnused(target: Connection, now: number): Promise<void> {
  await assertStopped(target, now);
  const { collections, name, ask } = target;
  if ((await ask(() => collections.totalsBatches.findOne())) !== null) {
    throw new AppError({
      code: "store_locked",
      message: `A bot has worked on the database (${name}) already, and its state would be overwritten. Give --to an empty database.`,
    });
  }
}

async function copyTable(
  source: DatabaseSync,
  { select, toDocument, batch: most = BATCH }: Table,
  collection: Collection,
  now: number,
  target: Connection,
): Promise<{ readonly sum: Checksum; readonly isExpected: (id: unknown) => boolean }> {
  const sum = new Checksum();
  const skipped = new Set<unknown>();
  let batch: BSON.Document[] = [];
  const send = async (): Promise<void> => {
    if (batch.length === 0) return;
    const operations = batch.map(({ _id, ...replacement }) => ({
      replaceOne: { filter: { _id }, replacement, upsert: true },
    }));
    batch = [];
    await target.ask(() => collection.bulkWrite(operations, { ordered: false }));
  };
  for (const row of source.prepare(select).iterate()) {
    const document = toDocument(row, now);
    if (document === null) {
      skipped.add(row["key"]);
      continue;
    }
    sum.add(document);
    batch.push(document);
    if (batch.length >= most) await send();
  }
  await send();
  return { sum, isExpected: (id) => !skipped.has(id) };
}

async function readBack(
  collection: Collection,
  isExpected: (id: unknown) => boolean,
  target: Connection,
): Promise<Checksum> {
  const sum = new Checksum();
  await target.ask(async () => {
    sum.clear();
    for await (const document of collection.find()) {
      if (isExpected(document["_id"])) sum.add(document);
    }
  });
  return sum;
}

/**
 * Count and checksum of documents in any order: the XOR of their hashes; ids make each hash unique.
 */
class Checksum {
  count = 0;
  readonly #sum = Buffer.alloc(DIGEST_BYTES);

  add(document: BSON.Document): void {
    // The id of the insert differs each time and has no meaning later.
    const { insertId: _, ...content } = document;
    const hash = createHash("sha256")
      .update(canonicalJson(toJson(content)))
      .digest();
    for (const [index, byte] of hash.entries()) this.#sum[index] = (this.#sum[index] ?? 0) ^ byte;
    this.count += 1;
  }

  clear(): void {
    this.count = 0;
    this.#sum.fill(0);
  }

  digest(): string {
    return this.#sum.toString("hex").slice(0, 16);
  }
}

function differs(table: string, copied: number, found: number, name: string): AppError {
  return new AppError({
    code: "internal",
    message: `The copy of ${table} in the database (${name}) is not what was copied: ${copied} copied, ${found} found. If the database was not empty, give --to an empty one; else run this again.`,
  });
}
