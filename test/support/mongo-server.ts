import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { MongoClient } from "mongodb";
import { freePort } from "../../scripts/free-port.ts";
import { findMongoParts, whyNoMongoParts } from "../../scripts/mongo/set-up.ts";
import { type MongoStack, startMongoStack } from "../../scripts/mongo/stack.ts";
import { until } from "./until.ts";

/** A MongoDB-compatible server for tests. */
export interface MongoServer extends AsyncDisposable {
  /** Which one, with its version. */
  readonly name: string;
  /** URI of a database of this name, or of one that nobody else uses. */
  uri(database?: string): string;
  /** Its two processes, where the server is ours to kill. */
  readonly stack: MongoStack | null;
}

interface Source {
  readonly what: string;
  readonly open: () => Promise<{
    readonly uri: string;
    readonly stack?: MongoStack;
    readonly close: () => Promise<void>;
  }>;
}

/** Why there is no server for the tests; `null`: there is. */
export const mongoMissing: string | null = (await findSource()) === null ? whyMissing() : null;

/** Why there is no server whose processes may be killed; `null`: there is. */
export const mongoStackMissing: string | null = await whyNoStack();

/** The first there is: the one that is given, `mongod`, the stack of `npm run mongo`, one that is fetched. */
export async function startMongoServer(): Promise<MongoServer> {
  const source = await findSource();
  if (source === null) throw new Error(whyMissing());
  return serve(source);
}

/** A server of our own, whose processes may be killed. */
export async function startMongoStackServer(): Promise<MongoServer> {
  return serve(stackSource());
}

async function whyNoStack(): Promise<string | null> {
  const obstacle = whyNoMongoParts();
  if (obstacle !== null) return obstacle;
  return (await findMongoParts()) === null ? "run npm run mongo -- --set-up first" : null;
}

async function serve(source: Source): Promise<MongoServer> {
  const { uri, stack = null, close } = await source.open();
  const made = new Set<string>();
  return {
    name: `${source.what}, version ${await versionOf(uri)}`,
    stack,
    uri(database = `heddle_test_${randomBytes(6).toString("hex")}`) {
      made.add(database);
      return withDatabase(uri, database);
    },
    async [Symbol.asyncDispose]() {
      // Only a server that stays has to be left as it was.
      if (process.env["MONGODB_URI_TEST"]) await dropAll(uri, made);
      await close();
    },
  };
}

async function findSource(): Promise<Source | null> {
  const given = process.env["MONGODB_URI_TEST"];
  if (given) {
    const what = "the server of MONGODB_URI_TEST";
    return { what, open: async () => ({ uri: given, close: async () => undefined }) };
  }
  if (await isInstalled("mongod")) return { what: "mongod", open: startMongod };
  if (whyNoMongoParts() === null && (await findMongoParts()) !== null) return stackSource();
  if (process.env["MONGODB_DOWNLOAD"]) return { what: "a fetched mongod", open: startFetched };
  return null;
}

function whyMissing(): string {
  return "There is no MongoDB: set MONGODB_URI_TEST, install mongod, run npm run mongo -- --set-up, or set MONGODB_DOWNLOAD=1";
}

function stackSource(): Source {
  return {
    what: "FerretDB 2.7 with DocumentDB 1.0 and PostgreSQL 18",
    open: async () => {
      const parts = await findMongoParts();
      if (parts === null) throw new Error(whyMissing());
      const stack = await startMongoStack(parts);
      return { uri: stack.uri, stack, close: () => stack[Symbol.asyncDispose]() };
    },
  };
}

/** A replica set of one member, so that change streams and retried writes are there, too. */
async function startMongod(): ReturnType<Source["open"]> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-mongod-"));
  const port = await freePort();
  const settings = ["--dbpath", folder, "--bind_ip", "127.0.0.1", "--port", String(port)];
  const child = spawn("mongod", [...settings, "--replSet", "heddle"], { stdio: "ignore" });
  const uri = `mongodb://127.0.0.1:${port}/?replicaSet=heddle`;
  await initiate(`mongodb://127.0.0.1:${port}/?directConnection=true`, child);
  return {
    uri,
    close: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function initiate(uri: string, child: ChildProcess): Promise<void> {
  await using client = new MongoClient(uri, { serverSelectionTimeoutMS: 500 });
  const admin = client.db("admin");
  await until(async () => {
    if (child.exitCode !== null) throw new Error("mongod ended at its start.");
    return admin.command({ ping: 1 }).catch(() => undefined);
  });
  await admin.command({ replSetInitiate: { _id: "heddle" } });
  await until(async () => {
    const { isWritablePrimary } = await admin.command({ hello: 1 });
    return isWritablePrimary === true ? true : undefined;
  });
}

async function startFetched(): ReturnType<Source["open"]> {
  const { MongoMemoryReplSet } = await import("mongodb-memory-server-core");
  const server = await MongoMemoryReplSet.create({ replSet: { count: 1 } });
  return {
    uri: server.getUri(),
    close: async () => {
      await server.stop();
    },
  };
}

async function versionOf(uri: string): Promise<string> {
  await using client = new MongoClient(uri);
  const { version } = await client.db("admin").command({ buildInfo: 1 });
  return String(version);
}

async function dropAll(uri: string, databases: Iterable<string>): Promise<void> {
  await using client = new MongoClient(uri);
  for (const name of databases) await client.db(name).dropDatabase();
}

function withDatabase(uri: string, database: string): string {
  const [, start = "", rest = ""] = /^([a-z+]+:\/\/[^/?]*)\/?(?:[^?]*)(\?.*)?$/.exec(uri) ?? [];
  return `${start}/${database}${rest}`;
}

async function isInstalled(program: string): Promise<boolean> {
  return promisify(execFile)(program, ["--version"]).then(
    () => true,
    () => false,
  );
}
