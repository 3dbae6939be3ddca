import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { lockDataDir } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { commit, head } from "../store/records.ts";
import { tempFolder } from "../store/temp-folder.ts";

const ROOT = resolve(import.meta.dirname, "../..");

interface Result {
  readonly code: number;
  readonly output: string;
}

/** Runs one of the scripts as an operator does. */
function run(script: "backup" | "restore", ...args: readonly string[]): Promise<Result> {
  return new Promise((done) => {
    const { MONGODB_URI: _uri, ...env } = process.env;
    const path = join(ROOT, "scripts", `${script}.ts`);
    execFile(process.execPath, [path, ...args], { env, cwd: ROOT }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

async function fill(path: string, ...ids: readonly string[]): Promise<void> {
  await using store = await openSqliteStore({ path });
  for (const id of ids) {
    await store.executions.insert(head(id));
    await store.log.commit(commit(id, 1), head(id, { rev: 1 }), []);
  }
}

test("a backup of a store that is written meanwhile has what was accepted before, nothing by halves, and holds up no writer", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "heddle.db");
  const copy = join(folder.path, "backups", "one.db");
  const script = join(ROOT, "test/store/sqlite/commit-forever.ts");
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const accepted = new Map<string, number>();
  let before: ReadonlyMap<string, number> = new Map();
  let backup: Promise<Result> | null = null;
  let atEnd = Number.POSITIVE_INFINITY;
  let seen = 0;

  for await (const line of createInterface({ input: child.stdout })) {
    const [id = "", rev = ""] = line.split(" ");
    if (/^exec_\d$/.test(id) && /^\d+$/.test(rev)) accepted.set(id, Number(rev));
    seen += 1;
    if (seen === 500) {
      before = new Map(accepted);
      backup = run("backup", "--from", folder.path, "--to", copy).then((result) => {
        atEnd = seen;
        return result;
      });
    }
    if (seen > atEnd + 500) child.kill("SIGKILL");
  }
  await exited;

  const result = await backup;
  expect(result?.output).toContain("complete and checked");
  expect(result?.code).toBe(0);
  // It was written all the while.
  expect(atEnd).toBeGreaterThan(500);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder.path, "backups"))).toEqual(["one.db"]);
  await using store = await openSqliteStore({ path: copy });
  expect(before.size).toBe(10);
  for (const [id, rev] of before) {
    const log = await store.log.read(id, 0);
    expect(log.map((one) => one.rev)).toEqual(log.map((_, index) => index + 1));
    expect(log.length).toBeGreaterThanOrEqual(rev);
    expect((await store.executions.get(id))?.rev).toBe(log.length);
  }
});

test("a restored store is the backup, with everything paused; what was there stays beside it", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "heddle.db");
  const copy = join(folder.path, "one.db");
  await fill(path, "exec_1");
  await run("backup", "--from", folder.path, "--to", copy);
  await fill(path, "exec_2");

  const { code, output } = await run("restore", "--from", copy, "--to", folder.path);

  expect(output).toMatch(/What was there before is .*heddle\.db\.replaced-\d{8}T\d{6}Z now\./);
  expect(output).toContain("/workflow resume all");
  expect(code).toBe(0);
  await using store = await openSqliteStore({ path });
  expect(await store.executions.get("exec_1")).not.toBeNull();
  expect(await store.executions.get("exec_2")).toBeNull();
  expect(await store.kv.get("pause:*")).toMatchObject({ by: "the restored backup" });
  const replaced = readdirSync(folder.path).find((name) => /replaced-[^-]*Z$/.test(name)) ?? "";
  await using earlier = await openSqliteStore({ path: join(folder.path, replaced) });
  expect(await earlier.executions.get("exec_2")).not.toBeNull();
});

test("a restore that was interrupted is repeated", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "heddle.db");
  const copy = join(folder.path, "one.db");
  await fill(path, "exec_1");
  await run("backup", "--from", folder.path, "--to", copy);
  await using other = await tempFolder();
  // The database had been set aside, its log not yet, and the copy was half written.
  writeFileSync(join(other.path, "heddle.db-wal"), "log");
  writeFileSync(join(other.path, "heddle.db.new"), "half");

  expect((await run("restore", "--from", copy, "--to", other.path)).code).toBe(0);

  await using store = await openSqliteStore({ path: join(other.path, "heddle.db") });
  expect(await store.executions.get("exec_1")).not.toBeNull();
});

test("nothing is restored under a bot that runs", async () => {
  await using folder = await tempFolder();
  await fill(join(folder.path, "heddle.db"), "exec_1");
  await run("backup", "--from", folder.path, "--to", join(folder.path, "one.db"));
  await using _lock = await lockDataDir(folder.path);

  const { code, output } = await run(
    "restore",
    "--from",
    join(folder.path, "one.db"),
    "--to",
    folder.path,
  );

  expect(output).toContain(String(process.pid));
  expect(code).toBe(1);
  expect(readdirSync(folder.path).filter((name) => name.includes("replaced"))).toEqual([]);
});

test.for<readonly [string, "backup" | "restore", readonly string[], number, string]>([
  ["a backup without a place for it", "backup", ["--from", "DIR"], 64, "Usage: npm run backup"],
  ["a backup of nothing", "backup", ["--from", "DIR/none", "--to", "DIR/b.db"], 1, "There is no"],
  ["a backup over another", "backup", ["--from", "DIR", "--to", "DIR/there"], 1, "exists already"],
  ["a restore of nothing", "restore", ["--from", "DIR/none.db", "--to", "DIR"], 1, "There is no"],
  [
    "a restore of another file",
    "restore",
    ["--from", "DIR/there", "--to", "DIR"],
    1,
    "not a database of Heddle's",
  ],
  ["a restore that names no backup", "restore", ["--to", "DIR"], 64, "Usage: npm run restore"],
  ["an option that there is not", "backup", ["--into", "x"], 1, "Usage: npm run backup"],
])("%s is refused, and changes nothing", async ([, script, args, code, text]) => {
  await using folder = await tempFolder();
  await fill(join(folder.path, "heddle.db"), "exec_1");
  writeFileSync(
    join(folder.path, "there"),
    "another program's file, which is long enough for a header".repeat(4),
  );
  const files = readdirSync(folder.path);

  const result = await run(script, ...args.map((arg) => arg.replace("DIR", folder.path)));

  expect(result.output).toContain(text);
  expect(result.output).not.toMatch(/\n\s+at /);
  expect(result.code).toBe(code);
  expect(readdirSync(folder.path).filter((name) => !name.startsWith("heddle.lock"))).toEqual(files);
  expect(existsSync(join(folder.path, "heddle.db"))).toBe(true);
});
