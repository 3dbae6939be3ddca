import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../free-port.ts";
import type { MongoParts } from "./set-up.ts";

const run = promisify(execFile);

const BIN = "/usr/lib/postgresql/18/bin";
/** Folder of the clusters, as the small system sees it. */
const CLUSTERS = "/srv/heddle";
const READY_MS = 30_000;
const PAUSE_MS = 50;

/** One of the two processes of the stack, which can be killed to simulate a crash. */
export interface StackMember {
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Restarts it on the same port and data, and waits until it responds. */
  start(): Promise<void>;
}

/**
 * A MongoDB-compatible server on loopback. Both processes end with the process that started them.
 */
export interface MongoStack extends AsyncDisposable {
  [Symbol.asyncDispose](): Promise<void>;
  readonly uri: string;
  readonly postgres: StackMember;
  readonly gateway: StackMember;
}

export interface StackOptions {
  /**
   * Name of a cluster that is kept for the next time; absent: a new one that is removed at the end.
   */
  readonly keepAs?: string;
  /** @default a free port */
  readonly port?: number;
}

/** Starts PostgreSQL and the gateway on free ports. */
export async function startMongoStack(
  parts: MongoParts,
  options: StackOptions = {},
): Promise<MongoStack> {
  await using stack = new AsyncDisposableStack();
  const cluster = await openCluster(parts.root, options.keepAs);
  stack.defer(cluster.remove);
  const postgres = stack.use(new Process(cluster.postgres, "SIGINT"));
  await postgres.start();
  await cluster.prepare();
  const listen = `127.0.0.1:${options.port ?? (await freePort())}`;
  const gateway = stack.use(new Process(gatewayOf(parts, cluster, listen), "end of input"));
  await gateway.start();
  const owned = stack.move();
  return {
    uri: `mongodb://${listen}/`,
    postgres,
    gateway,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Program {
  readonly spawn: () => ChildProcess;
  /** Rejects while it does not respond. */
  readonly ping: () => Promise<unknown>;
}

class Process implements StackMember, AsyncDisposable {
  readonly #program: Program;
  readonly #ends: "SIGINT" | "end of input";
  #child: ChildProcess | null = null;

  constructor(program: Program, ends: "SIGINT" | "end of input") {
    this.#program = program;
    this.#ends = ends;
  }

  async start(): Promise<void> {
    const child = this.#program.spawn();
    this.#child = child;
    let output = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      output = (output + String(chunk)).slice(-4000);
    });
    for (const end = performance.now() + READY_MS; performance.now() < end; ) {
      if (child.exitCode !== null) throw new Error(`It ended at its start:\n${output}`);
      const answers = await this.#program.ping().then(
        () => true,
        () => false,
      );
      if (answers) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new Error(`It does not answer after ${READY_MS / 1000} s:\n${output}`);
  }

  async kill(): Promise<void> {
    await this.#end((child) => child.kill("SIGKILL"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end((child) =>
      this.#ends === "SIGINT" ? child.kill("SIGINT") : child.stdin?.end(),
    );
  }

  async #end(stop: (child: ChildProcess) => unknown): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    stop(child);
    await ended;
  }
}

interface Cluster {
  readonly postgres: Program;
  readonly url: string;
  /** Outside view of its folder. */
  readonly folder: string;
  /** Installs the extension, once PostgreSQL runs. */
  readonly prepare: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

async function openCluster(root: string, keepAs: string | undefined): Promise<Cluster> {
  await mkdir(join(root, CLUSTERS), { recursive: true });
  await run("chroot", [root, "chown", "postgres:postgres", CLUSTERS]);
  const folder =
    keepAs === undefined
      ? await mkdtemp(join(root, CLUSTERS, "tmp-"))
      : join(root, CLUSTERS, keepAs);
  const inside = folder.slice(root.length);
  const data = `${inside}/data`;
  await mkdir(folder, { recursive: true });
  await run("chroot", [root, "chown", "postgres:postgres", inside]);
  if (!existsSync(join(root, data))) await initialize(root, inside, data);
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = ["-D", data, "-p", String(port), "-k", inside];
  const sql = (text: string) =>
    run("chroot", [root, `${BIN}/psql`, "-v", "ON_ERROR_STOP=1", "-qAtc", text, url]);
  return {
    url,
    folder,
    postgres: {
      spawn: () =>
        spawn("chroot", [root, ...asPostgres, `${BIN}/postgres`, ...settings], {
          stdio: ["ignore", "ignore", "pipe"],
        }),
      ping: () => sql("SELECT 1"),
    },
    prepare: async () => {
      await sql("CREATE EXTENSION IF NOT EXISTS documentdb CASCADE");
    },
    remove: async () => {
      if (keepAs === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses root. It ends with its parent process, also when a test is killed. */
const asPostgres = [
  "setpriv",
  "--reuid=postgres",
  "--regid=postgres",
  "--init-groups",
  "--pdeathsig=INT",
];

async function initialize(root: string, inside: string, data: string): Promise<void> {
  const draft = `${inside}/new`;
  await rm(join(root, draft), { recursive: true, force: true });
  const initdb = [`${BIN}/initdb`, "-D", draft, "-A", "trust", "-U", "postgres", "--no-sync"];
  await run("chroot", [root, ...asPostgres, ...initdb, "-E", "UTF8", "--locale=C"]);
  const settings = `
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
cron.database_name = 'postgres'
autovacuum_naptime = 1s
listen_addresses = '127.0.0.1'
max_connections = 300
dynamic_shared_memory_type = mmap
`;
  await appendFile(join(root, draft, "postgresql.conf"), settings);
  await run("mv", [join(root, draft), join(root, data)]);
}

function gatewayOf({ gateway }: MongoParts, cluster: Cluster, listen: string): Program {
  const state = join(cluster.folder, "gateway");
  return {
    spawn: () =>
      spawn(gateway, [cluster.url, listen, state], { stdio: ["pipe", "ignore", "pipe"] }),
    ping: () => answersAt(listen),
  };
}

/** Resolves when a server listens at the address. */
async function answersAt(address: string): Promise<void> {
  const [host = "", port = ""] = address.split(":");
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, "connect");
  } finally {
    socket.destroy();
  }
}
