import type { BSON } from "mongodb";
import type { AuditRecord } from "../../src/engine/ports/audit.ts";
import type { Commit, ExecutionRecord, Signal } from "../../src/engine/ports/executions.ts";
import { forgetOtherKeys, prepareSeals } from "../../src/store/encryption/encrypted-store.ts";
import type { KeyRing } from "../../src/store/encryption/keys.ts";
import { type RecordSeals, reseal, type Seal } from "../../src/store/encryption/record-seals.ts";
import { assertStopped } from "../../src/store/mongodb/assert-stopped.ts";
import type { CollectionName } from "../../src/store/mongodb/collections.ts";
import type { Connection } from "../../src/store/mongodb/connection.ts";
import { replaceBytes } from "../../src/store/mongodb/files.ts";
import { createMarks } from "../../src/store/mongodb/keys.ts";
import { readJson } from "../../src/store/mongodb/values.ts";
import { type RecordName, recordPlaces } from "./record-places.ts";

/** Documents in one command. */
const BATCH = 500;

type Started = Pick<ExecutionRecord, "executionId" | "start">;
type Committed = Pick<Commit, "executionId" | "rev" | "events">;

/** Where one kind of record stands in the database. */
interface Place {
  readonly collection: CollectionName;
  /** The new fields of a document. */
  readonly rewrite: (document: BSON.Document) => Promise<BSON.Document>;
}

/**
 * Seals every record with the first key.
 *
 * @throws {AppError} `store_locked` while a bot works on the database; `config_invalid` for a key that is missing;
 * `store_unavailable` for what cannot be decrypted. What was rewritten stays so.
 */
export async function reencryptMongo(
  connection: Connection,
  ring: KeyRing,
  report: (collection: string, rewritten: number) => void,
): Promise<void> {
  await assertStopped(connection, Date.now());
  const marks = createMarks(connection);
  const seals = await prepareSeals(marks, ring);
  if (seals === null) return;
  for (const place of placesOf(seals)) {
    report(place.collection, await rewriteAll(connection, place));
  }
  report("files", await rewriteFiles(connection, seals));
  await forgetOtherKeys(marks, ring);
}

async function rewriteAll(connection: Connection, place: Place): Promise<number> {
  const collection = connection.records(place.collection);
  let count = 0;
  for (let after = ""; ; ) {
    const found = await connection.ask(() =>
      collection
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(BATCH)
        .toArray(),
    );
    const last = found.at(-1);
    if (last === undefined) return count;
    const changes = await Promise.all(
      found.map(async (document) => ({
        updateOne: {
          // The execution says on which shard it is.
          filter: { _id: document._id, ...shardOf(document) },
          update: { $set: await place.rewrite(document) },
        },
      })),
    );
    await connection.ask(() => collection.bulkWrite(changes, { ordered: false }));
    count += found.length;
    after = last._id;
  }
}

/** One after the other: they are large. */
async function rewriteFiles(connection: Connection, { files: seal }: RecordSeals): Promise<number> {
  const { files } = connection.collections;
  const found = await connection.ask(() => files.find({}, { projection: { _id: 1 } }).toArray());
  for (const { _id: ref } of found)
    await replaceBytes(connection, ref, async (bytes) =>
      seal.seal(ref, await seal.open(ref, bytes)),
    );
  return found.length;
}

function shardOf({ execution }: BSON.Document): BSON.Document {
  return execution === undefined ? {} : { execution };
}

function placesOf(seals: RecordSeals): readonly Place[] {
  return [
    ...recordPlaces(seals, recordPlace),
    {
      collection: "inbox",
      rewrite: async ({ _id: id, payload: given }) => {
        const signal: Pick<Signal, "id" | "payload"> = { id, payload: readJson(given) };
        return { payload: JSON.stringify((await reseal(seals.signals, signal)).payload) };
      },
    },
    {
      collection: "heads",
      rewrite: async ({ _id: executionId, start: given }) => {
        const head: Started = { executionId, start: readJson(given) };
        return { start: JSON.stringify((await reseal(seals.executions, head)).start) };
      },
    },
    { collection: "log", rewrite: (document) => rewriteCommit(seals, document) },
  ];
}

async function rewriteCommit(
  seals: RecordSeals,
  { execution: executionId, rev, events, audit }: BSON.Document,
): Promise<BSON.Document> {
  const commit: Committed = { executionId, rev, events: readJson(events) };
  const records: readonly AuditRecord[] = audit === undefined ? [] : readJson(audit);
  const sealed = await Promise.all(records.map((one) => reseal(seals.audit, one)));
  return {
    events: JSON.stringify((await reseal(seals.commits, commit)).events),
    ...(audit !== undefined && { audit: JSON.stringify(sealed) }),
  };
}

function recordPlace<R extends { readonly id: string }>(
  collection: RecordName,
  seal: Seal<R>,
): Place {
  return {
    collection,
    rewrite: async ({ record }) => ({
      record: JSON.stringify(await reseal(seal, readJson<R>(record))),
    }),
  };
}
