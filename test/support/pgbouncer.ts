import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../scripts/free-port.ts";
import { debianUser, isRoot, postgresMissing } from "./postgres.ts";
import { until } from "./until.ts";

const run = promisify(execFile);

/** Debian's, which is not in every user's PATH. */
const PROGRAM = "/usr/sbin/pgbouncer";

/** Why there is no PgBouncer for the tests; `null`: there is. */
export const pgbouncerMissing: string | null = postgresMissing ?? (await findMissing());

/** A PgBouncer of its own before a server. */
export interface PgBouncer extends AsyncDisposable {
  /** The server's URL through the pool. */
  readonly url: string;
}

/**
 * Starts a PgBouncer in transaction mode with its own defaults: start-up parameters that it does not track are refused.
 *
 * @param server - the URL of the server.
 * @param settings - lines of its section `[pgbouncer]`; one server connection unless it says otherwise.
 */
export async function startPgBouncer(
  server: string,
  settings: readonly string[] = ["default_pool_size = 1"],
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-pgbouncer-"));
  const { hostname, port: serverPort } = new URL(server);
  const port = await freePort();
  const file = join(folder, "pgbouncer.ini");
  await writeFile(
    file,
    [
      "[databases]",
      `* = host=${hostname} port=${serverPort} user=heddle`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = any",
      "pool_mode = transaction",
      ...settings,
    ].join("\n"),
  );
  // It refuses to be root.
  const user = isRoot ? await debianUser() : null;
  if (user) await chown(folder, user.uid, user.gid);
  const child = spawn(PROGRAM, ["-q", file], { cwd: folder, stdio: "ignore", ...user });
  await until(async () => {
    if (child.exitCode !== null) throw new Error("PgBouncer ended at its start.");
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => undefined,
    );
    socket.destroy();
    return isOpen;
  });
  const url = new URL(server);
  url.port = String(port);
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function findMissing(): Promise<string | null> {
  return run(PROGRAM, ["--version"]).then(
    () => null,
    () => "PgBouncer is not installed; on Debian: apt-get install pgbouncer",
  );
}
