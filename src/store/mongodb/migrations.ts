import { AppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { type Collections, INDEXES, type Index, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";

/**
 * What brings data up to the next form: number n in the list leads from form n to form n + 1.
 * Several processes may run one at the same time, and one that was killed in the middle runs again:
 * so each has to be harmless when repeated. Forward only; never edited once released. New indexes
 * need none.
 */
type Migration = (collections: Collections) => Promise<void>;

const MIGRATIONS: readonly Migration[] = [];

/** A new database begins with this form. */
const FIRST_FORM = 1;

/**
 * Brings older data up to date and creates the indexes that are missing.
 *
 * @throws {AppError} `store_newer` when a newer version of the bot has the database.
 */
export async function migrate(connection: Connection): Promise<void> {
  const { collections, name } = connection;
  const found = await connection.ask(() => collections.schema.findOne({ _id: "schema" }));
  if (found !== null && found.version > SCHEMA_VERSION)
    throw new AppError({ code: "store_newer", message: whatIsNewer(name, found.version) });
  let form = found?.version ?? SCHEMA_VERSION;
  for (; form < SCHEMA_VERSION; form += 1) {
    const step = MIGRATIONS[form - FIRST_FORM];
    if (step) await connection.ask(() => step(collections));
    await connection.ask(() => raiseForm(collections, form + 1));
  }
  if (found === null) await connection.ask(() => raiseForm(collections, SCHEMA_VERSION));
  await connection.ask(() => createIndexes(connection));
}

async function raiseForm({ schema }: Collections, version: number): Promise<void> {
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

async function createIndexes(connection: Connection): Promise<void> {
  for (const [name, indexes] of Object.entries(INDEXES))
    await connection.collection(name).createIndexes(indexes.map(toDescription));
}

function toDescription({ name, key, where, expireAfterSeconds }: Index) {
  return omitUndefined({ name, key, partialFilterExpression: where, expireAfterSeconds });
}

/**
 * What to do when a newer version of the bot has brought the data into another form meanwhile;
 * `null`: it has not.
 */
export async function readUpgrade({ ask, collections, name }: Connection): Promise<string | null> {
  const found = await ask(() => collections.schema.findOne({ _id: "schema" }));
  return found !== null && found.version > SCHEMA_VERSION ? whatIsNewer(name, found.version) : null;
}

function whatIsNewer(name: string, version: number): string {
  return `The database (${name}) was written by a newer version of Heddle (form ${version}; this one knows up to ${SCHEMA_VERSION}). Start that version again, or restore a backup from before.`;
}
