import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

/**
 * Sets up a MongoDB-compatible server in an ignored folder: a small Debian system with PostgreSQL
 * 18 and the DocumentDB extension, and the gateway that speaks MongoDB's protocol in front of it.
 * Nothing outside of the folder is changed.
 */

const run = promisify(execFile);

const CACHE = resolve(import.meta.dirname, "../../.cache/mongo");
const GATEWAY_SOURCE = join(import.meta.dirname, "gateway");

/**
 * DocumentDB is only in Debian's development release, whose libraries cannot be mixed into an older
 * one.
 */
const SUITE = "sid";
const PACKAGES = "postgresql-18,postgresql-18-documentdb";

/** Where the parts are once they are set up. */
export interface MongoParts {
  /** Root folder of the small system. */
  readonly root: string;
  /** The gateway's program. */
  readonly gateway: string;
}

/**
 * The parts if they are set up; else `null`.
 *
 * @internal exported for its test
 */
export async function findMongoParts(): Promise<MongoParts | null> {
  const parts = await expectedParts();
  return existsSync(parts.root) && existsSync(parts.gateway) ? parts : null;
}

/**
 * Why the parts cannot be set up or used on this machine, with what to do; `null`: they can.
 *
 * @internal exported for its test
 */
export function whyNoMongoParts(): string | null {
  if (process.platform !== "linux") return "it needs Linux (Debian or one of its kind)";
  if (process.getuid?.() !== 0) return "it needs root: run it in a container or a virtual machine";
  return null;
}

/**
 * Fetches and builds what is missing: minutes the first time, nothing later.
 *
 * @param report - called with a line before each part that takes long.
 * @throws {Error} with what to do when a requirement is missing.
 */
export async function setUpMongo(report: (line: string) => void): Promise<MongoParts> {
  const obstacle = whyNoMongoParts();
  if (obstacle !== null) throw new Error(`The server for tests cannot be set up: ${obstacle}.`);
  const parts = await expectedParts();
  await mkdir(CACHE, { recursive: true });
  // Each takes one core for a minute, mostly waiting for the network.
  await Promise.all([
    existsSync(parts.root) ? null : fetchSystem(parts.root, report),
    existsSync(parts.gateway) ? null : buildGateway(parts.gateway, report),
  ]);
  return parts;
}

async function expectedParts(): Promise<MongoParts> {
  const hash = createHash("sha256");
  for (const name of ["main.go", "go.mod", "go.sum"]) {
    hash.update(await readFile(join(GATEWAY_SOURCE, name)));
  }
  return {
    root: join(CACHE, "root"),
    gateway: join(CACHE, `gateway-${hash.digest("hex").slice(0, 12)}`),
  };
}

/** Under another name first, so that what was interrupted is not taken for complete. */
async function fetchSystem(root: string, report: (line: string) => void): Promise<void> {
  report("Fetching PostgreSQL 18 with DocumentDB (about 900 MB on disk, one to three minutes) …");
  const draft = `${root}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  const command = ["debootstrap", "--variant=minbase", `--include=${PACKAGES}`, SUITE, draft];
  await needed(command, "apt-get install -y debootstrap");
  await rename(draft, root);
}

async function buildGateway(gateway: string, report: (line: string) => void): Promise<void> {
  report("Building the gateway (FerretDB, half a minute) …");
  const draft = `${gateway}.${process.pid}`;
  const command = ["go", "build", "-trimpath", "-o", draft, "."];
  await needed(command, "install Go 1.26 or newer from https://go.dev/dl/", {
    cwd: GATEWAY_SOURCE,
    env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local" },
  });
  await rename(draft, gateway);
}

async function needed(
  [program = "", ...args]: readonly string[],
  remedy: string,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  try {
    await run(program, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw new Error(`${program} is missing: ${remedy}.`, { cause: error });
    }
    throw new Error(`${program} failed: ${lastLines(error)}`, { cause: error });
  }
}

/** The end of what a program wrote: where it says what went wrong. */
function lastLines(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const output = ["stdout", "stderr"].map((name) => String(Reflect.get(error, name) ?? ""));
  const lines = output.join("\n").trim().split("\n").slice(-5).join("\n");
  return lines === "" ? error.message : lines;
}
