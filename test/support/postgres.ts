import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, glob, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../scripts/free-port.ts";
import { until } from "./until.ts";

const run = promisify(execFile);

/** A server that refuses to be started by root gets Debian's own user. */
export const isRoot = process.getuid?.() === 0;

/** Why there is no PostgreSQL for the tests; `null`: there is. */
export const postgresMissing: string | null = await findMissing();

/** A PostgreSQL server of its own: empty, on a free port of this machine, gone when it is disposed. */
export interface PostgresServer extends AsyncDisposable {
  /** For a user who may do everything. */
  readonly url: string;
  /** Ends every connection at once, as a crash does, and starts the server anew. */
  restart(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresServer> {
  const bin = await findBin();
  if (bin === null) throw new Error(postgresMissing ?? "There is no PostgreSQL.");
  const folder = await mkdtemp(join(tmpdir(), "heddle-postgres-"));
  const user = isRoot ? await debianUser() : null;
  if (user) await chown(folder, user.uid, user.gid);
  const as = { cwd: folder, ...user };
  const data = join(folder, "data");
  await run(
    join(bin, "initdb"),
    ["-D", data, "-U", "heddle", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
    as,
  );
  const port = await freePort();
  const settings = ["-F", "-h", "127.0.0.1", "-p", String(port), "-k", folder, "-D", data];
  const start = async () => {
    const child = spawn(join(bin, "postgres"), settings, { ...as, stdio: "ignore" });
    await until(async () => {
      if (child.exitCode !== null) throw new Error("PostgreSQL ended at its start.");
      const ready = run(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)]);
      return ready.then(
        () => true,
        () => undefined,
      );
    });
    return child;
  };
  let server = await start();
  const stop = async (): Promise<void> => {
    const ended = once(server, "exit");
    // SIGQUIT: at once, without taking leave of anybody.
    server.kill("SIGQUIT");
    await ended;
  };
  return {
    url: `postgres://heddle@127.0.0.1:${port}/postgres`,
    async restart() {
      await stop();
      server = await start();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function findMissing(): Promise<string | null> {
  if ((await findBin()) === null)
    return "PostgreSQL is not installed; on Debian: apt-get install postgresql";
  if (isRoot && (await debianUser().catch(() => null)) === null)
    return "PostgreSQL does not run as root, and there is no user postgres";
  return null;
}

async function findBin(): Promise<string | null> {
  const found: string[] = [];
  for await (const path of glob("/usr/lib/postgresql/*/bin/initdb")) found.push(path);
  const newest = found.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  return newest === undefined ? null : join(newest, "..");
}

export async function debianUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await run("id", [flag, "postgres"])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error("There is no user postgres.");
  return { uid, gid };
}
