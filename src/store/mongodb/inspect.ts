import { z } from "zod";
import { DEAD_AFTER_MS } from "../../engine/model/lease.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { INDEXES } from "./collections.ts";
import { Connection } from "./connection.ts";
import { readUpgrade } from "./migrations.ts";
import { databaseOfUri } from "./uri.ts";
import { toDate } from "./values.ts";

/** What is known of a database without writing to it. */
export interface MongoState {
  /** Servers and database, without credentials. */
  readonly name: string;
  readonly serverVersion: string;
  /** Whether processes hear of each other's work at once; else they poll. */
  readonly hasChangeStreams: boolean;
  /** Indexes that the next start creates: `heads.heads_due`. */
  readonly missingIndexes: readonly string[];
  /** Names of processes that work on it. */
  readonly processes: readonly string[];
  /** Rights that the bot needs and the user lacks; `null`: the server does not say. */
  readonly missingRights: readonly string[] | null;
}

/** Code of MongoDB's `error_codes.yml`: there is no such collection yet. */
const NAMESPACE_NOT_FOUND = 26;

/** What the bot does to its collections; `readWrite` has all of it. */
const ACTIONS = ["find", "insert", "update", "remove", "createCollection", "createIndex"] as const;

const Privileges = z.object({
  authInfo: z.object({
    authenticatedUsers: z.array(z.unknown()),
    authenticatedUserPrivileges: z
      .array(
        z.object({
          resource: z.object({
            db: z.string().optional(),
            collection: z.string().optional(),
            anyResource: z.boolean().optional(),
          }),
          actions: z.array(z.string()),
        }),
      )
      .optional(),
  }),
});

/**
 * Connects as the bot does and reads.
 *
 * @throws {AppError} `config_invalid`, `store_unavailable`, `store_newer`.
 */
export async function inspectMongoStore(uri: string, now: number): Promise<MongoState> {
  await using connection = await Connection.open(uri);
  const { ask, collections } = connection;
  const upgrade = await readUpgrade(connection);
  if (upgrade !== null) throw new AppError({ code: "store_newer", message: upgrade });
  const alive = { seenAt: { $gt: toDate(now - DEAD_AFTER_MS) } };
  const processes = await ask(() => collections.processes.find(alive).toArray());
  const hello = await ask(() => connection.command({ hello: 1 }));
  const build = await ask(() => connection.command({ buildInfo: 1 }));
  return {
    name: connection.name,
    serverVersion: String(build["version"] ?? "of an unknown version"),
    hasChangeStreams: hello["setName"] !== undefined || hello["msg"] === "isdbgrid",
    missingIndexes: await missingIndexes(connection),
    processes: processes.map(({ name }) => name),
    missingRights: await missingRights(connection, databaseOfUri(uri)),
  };
}

async function missingIndexes(connection: Connection): Promise<readonly string[]> {
  const missing = Object.entries(INDEXES).map(async ([collection, indexes]) => {
    const there = await indexNames(connection, collection);
    return indexes
      .filter(({ name }) => !there.includes(name))
      .map(({ name }) => `${collection}.${name}`);
  });
  return (await Promise.all(missing)).flat();
}

async function indexNames(connection: Connection, name: string): Promise<readonly string[]> {
  try {
    const indexes = await connection.ask(() => connection.collection(name).indexes());
    return indexes.map((index) => index.name ?? "");
  } catch (error) {
    if (isAppError(error) && error.details["mongoCode"] === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
}

async function missingRights(
  connection: Connection,
  database: string,
): Promise<readonly string[] | null> {
  try {
    const answer = await connection.command({ connectionStatus: 1, showPrivileges: true });
    return missingRightsOf(answer, database);
  } catch {
    // Compatible servers need not know the command.
    return null;
  }
}

/**
 * Pure: what the user may do in the whole database, against what the bot does there.
 *
 * @param answer - of `connectionStatus` with `showPrivileges`.
 * @returns the actions that are missing; `null`: the answer does not say.
 * @internal exported for its test
 */
export function missingRightsOf(answer: unknown, database: string): readonly string[] | null {
  const status = Privileges.safeParse(answer).data?.authInfo;
  // Without a login the server asks for no rights.
  if (status?.authenticatedUsers.length === 0) return [];
  if (status?.authenticatedUserPrivileges === undefined) return null;
  const granted = status.authenticatedUserPrivileges
    .filter(
      ({ resource: { db, collection, anyResource } }) =>
        anyResource === true || (collection === "" && (db === "" || db === database)),
    )
    .flatMap(({ actions }) => actions);
  return ACTIONS.filter((action) => !granted.includes(action) && !granted.includes("anyAction"));
}
