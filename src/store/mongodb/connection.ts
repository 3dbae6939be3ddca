import { type ChangeStream, type Collection, type Db, type Document, MongoClient } from "mongodb";
import { AppError } from "../../shared/errors.ts";
import {
  type Collections,
  collectionsOf,
  type Inserted,
  type RecordDocument,
} from "./collections.ts";
import {
  isOwnFault,
  isWorthRepeating,
  mayHaveHappened,
  toStoreError,
  unconfirmed,
} from "./failure.ts";
import { InsertBatcher } from "./insert-batcher.ts";
import { databaseOfUri, optionsOfUri } from "./uri.ts";

/** How long to wait for a server that takes writes: an election takes some seconds. */
const SERVER_SELECTION_MS = 5000;
const CONNECT_MS = 5000;
/** How long one answer may take before the connection counts as dead. */
const SOCKET_MS = 10_000;
/** How long a write may wait for the majority. */
const MAJORITY_MS = 5000;
/** How long a call may wait for a free connection. */
const POOL_WAIT_MS = 5000;
const MAX_CONNECTIONS = 20;
/** Pause before a call is repeated whose connection broke. */
const REPEAT_PAUSE_MS = 50;

/**
 * One client of the driver and what every call to it has in common: settings, errors, one repeat
 * after a broken connection.
 */
export class Connection implements AsyncDisposable {
  readonly collections: Collections;
  /** Servers and database, without credentials: for messages. */
  readonly name: string;
  readonly #client: MongoClient;
  readonly #db: Db;

  private constructor(client: MongoClient, database: string, name: string) {
    this.#client = client;
    this.#db = client.db(database);
    this.name = name;
    this.collections = collectionsOf(this.#db);
  }

  /**
   * Connects. What the URI says about pools and time-outs stands; that writes wait for the majority
   * does not depend on it.
   *
   * @throws {AppError} `config_invalid` when it is no URI of MongoDB, `store_unavailable` when no
   * server answers or accepts the credentials.
   */
  static async open(uri: string): Promise<Connection> {
    const client = createClient(uri);
    const { options } = client;
    const database = databaseOfUri(uri);
    const servers = options.srvHost ?? options.hosts.map(String).join(",");
    const connection = new Connection(client, database, `mongodb ${servers}/${database}`);
    try {
      await client.connect();
      await client.db(database).command({ ping: 1 });
      return connection;
    } catch (error) {
      await client.close().catch(() => undefined);
      throw toOpenError(error, connection.name);
    }
  }

  /**
   * Makes a call, which must be harmless when repeated.
   *
   * @throws {AppError} `store_unavailable`, `internal`.
   */
  readonly ask = async <T>(call: () => Promise<T>): Promise<T> => {
    let first: unknown;
    try {
      return await call();
    } catch (error) {
      if (!isWorthRepeating(error)) throw toStoreError(error, this.name);
      first = error;
    }
    await new Promise((resolve) => setTimeout(resolve, REPEAT_PAUSE_MS));
    try {
      return await call();
    } catch (error) {
      // That the repeat never arrived does not show whether the first one did.
      if (!isOwnFault(error) && mayHaveHappened(first)) throw unconfirmed(this.name, first);
      throw toStoreError(error, this.name);
    }
  };

  /** What changes in the database. No command is sent before the first read. */
  changes(pipeline: Document[]): ChangeStream {
    return this.#db.watch(pipeline);
  }

  /** The answer of a command on this database. */
  command(command: Document): Promise<Document> {
    return this.#db.command(command);
  }

  /** A collection whose documents may have any form: for copies. */
  collection(name: string): Collection {
    return this.#db.collection(name);
  }

  /** A collection of records that are described. */
  records(name: string): Collection<RecordDocument> {
    return this.#db.collection<RecordDocument>(name);
  }

  /** What inserts documents on unique ids into a collection. */
  inserts<D extends Inserted>(collection: string): InsertBatcher<D> {
    return new InsertBatcher<D>(this, this.#db.collection<Inserted>(collection));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }
}

function createClient(uri: string): MongoClient {
  try {
    return new MongoClient(uri, {
      appName: "heddle",
      ignoreUndefined: true,
      writeConcern: { w: "majority", wtimeoutMS: MAJORITY_MS },
      readConcern: { level: "majority" },
      readPreference: "primary",
      ...unlessGiven(uri, {
        serverSelectionTimeoutMS: SERVER_SELECTION_MS,
        connectTimeoutMS: CONNECT_MS,
        socketTimeoutMS: SOCKET_MS,
        waitQueueTimeoutMS: POOL_WAIT_MS,
        maxPoolSize: MAX_CONNECTIONS,
        // `ask` repeats, whatever the server can do; and not after a time-out, which the driver
        // would wait for twice.
        retryReads: false,
        retryWrites: false,
      }),
    });
  } catch (error) {
    // The driver quotes parts of what it could not read; a password may be among them.
    throw new AppError({
      code: "config_invalid",
      message:
        "MONGODB_URI is not an address that MongoDB's driver understands. Write mongodb://user:password@host:27017/database, with special characters of user and password percent-encoded, and options as ?name=value.",
      cause: error,
    });
  }
}

/** Options in code would win over those in the URI; here the operator's word counts. */
function unlessGiven<T extends object>(uri: string, options: T): Partial<T> {
  const given = optionsOfUri(uri);
  const left: Partial<T> = { ...options };
  for (const name of Object.keys(options)) {
    if (given.has(name.toLowerCase())) Reflect.deleteProperty(left, name);
  }
  return left;
}

function toOpenError(error: unknown, name: string): AppError {
  const known = toStoreError(error, name);
  if (known.code !== "store_unavailable" || !known.retryable) return known;
  return new AppError({
    code: "store_unavailable",
    message: `No database answers at ${name}. Check MONGODB_URI, that the server runs, and that this machine may reach it.`,
    retryable: true,
    cause: error,
  });
}
