import { AppError } from "../../errors.ts";
import { type Collections, INDEXES, type Index } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";

/**
 * What brings a database up to the next version. Several processes may run one at the same time, and one that was killed in the
 * middle runs again: so each step has to be harmless when repeated. Forward only; never edited once released.
 */
type Migration = (collections: Collections) => Promise<void>;

const MIGRATIONS: readonly Migration[] = [createIndexes];

/**
 * Creates what is missing and brings older data up to date.
 *
 * @throws {AppError} `store_newer` when a newer version of the bot has the database.
 */
export async function migrate(connection: Connection): Promise<void> {
  const { collections, name } = connection;
  const found = await connection.ask(() => collections.schema.findOne({ _id: "schema" }));
  const version = found?.version ?? 0;
  if (version > MIGRATIONS.length) throw newer(name, version);
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index + 1 <= version) continue;
    await connection.ask(() => step(collections));
    await connection.ask(() => raiseVersion(collections, index + 1));
  }
}

async function raiseVersion({ schema }: Collections, version: number): Promise<void> {
  try {
    await schema.updateOne(
      { _id: "schema", version: { $lt: version } },
      { $set: { version } },
      { upsert: true },
    );
  } catch (error) {
    // Another process was here first.
    if (!isDuplicateKey(error)) throw error;
  }
}

async function createIndexes(collections: Collections): Promise<void> {
  await Promise.all([
    ...Object.entries(INDEXES).map(([name, indexes]) => {
      const [collection] = Object.entries(collections).filter(([known]) => known === name);
      return collection?.[1].createIndexes(indexes.map(toDescription));
    }),
  ]);
}

function toDescription({ name, key, where, expireAfterSeconds }: Index) {
  return {
    name,
    key,
    ...(where && { partialFilterExpression: where }),
    ...(expireAfterSeconds !== undefined && { expireAfterSeconds }),
  };
}

function newer(name: string, version: number): AppError {
  return new AppError({
    code: "store_newer",
    message: `The database (${name}) was written by a newer version of Heddle (form ${version}; this one knows up to ${MIGRATIONS.length}). Start that version again, or restore a backup from before.`,
  });
}
