import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lockDataDir } from "../../../src/store/sqlite/lock.ts";
import { tempFolder } from "../temp-folder.ts";

describe("the lock of a data folder", () => {
  test("keeps a second process out and names the first and the folder", async () => {
    await using folder = await tempFolder();
    await using holder = await holdLock(folder.path);

    await expect(lockDataDir(folder.path)).rejects.toMatchObject({
      code: "store_locked",
      message: expect.stringMatching(
        new RegExp(`${RegExp.escape(folder.path)} .*process ${holder.process.pid} `),
      ),
    });
  });

  test("is free at once when its holder was killed", async () => {
    await using folder = await tempFolder();
    await using holder = await holdLock(folder.path);
    await holder.end("SIGKILL");

    await using lock = await lockDataDir(folder.path);

    expect(readdirSync(folder.path)).toContain("heddle.lock.json");
    await lock[Symbol.asyncDispose]();
  });

  test("is free when its holder let go", async () => {
    await using folder = await tempFolder();
    await using holder = await holdLock(folder.path);
    holder.process.stdin?.write("stop\n");
    await once(holder.process, "exit");

    await using lock = await lockDataDir(folder.path);

    expect(lock).toBeDefined();
  });

  test("keeps the same process out too, and names it", async () => {
    await using folder = await tempFolder();
    await using _first = await lockDataDir(folder.path);

    await expect(lockDataDir(folder.path)).rejects.toThrow(`process ${process.pid} `);
    // The failed attempt must not have loosened the lock.
    await expect(lockDataDir(folder.path)).rejects.toMatchObject({ code: "store_locked" });
  });

  test("outlasts a failed attempt of another process", async () => {
    await using folder = await tempFolder();
    await using _first = await lockDataDir(folder.path);

    await expect(holdLock(folder.path)).rejects.toThrow("store_locked");
    await expect(holdLock(folder.path)).rejects.toThrow("store_locked");
  });

  test("can be taken again after it was disposed, even twice", async () => {
    await using folder = await tempFolder();
    const first = await lockDataDir(folder.path);
    await first[Symbol.asyncDispose]();
    await using _second = await lockDataDir(folder.path);

    await first[Symbol.asyncDispose]();

    await expect(lockDataDir(folder.path)).rejects.toMatchObject({ code: "store_locked" });
  });

  test("makes the folder if there is none, and says when it cannot", async () => {
    await using folder = await tempFolder();
    await using _lock = await lockDataDir(join(folder.path, "a", "b"));
    writeFileSync(join(folder.path, "file"), "");

    await expect(lockDataDir(join(folder.path, "file"))).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("DATA_DIR"),
    });
  });
});

interface Holder extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

/** Starts another process that holds the lock; rejects with what it printed if it does not get it. */
async function holdLock(dir: string): Promise<Holder> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "hold-lock.ts"), dir]);
  const exited = once(child, "exit");
  const errors: string[] = [];
  child.stderr.on("data", (text: Buffer) => errors.push(text.toString()));
  const locked = await Promise.race([
    once(child.stdout, "data").then(() => true),
    once(child, "close").then(() => false),
  ]);
  if (!locked) throw new Error(errors.join(""));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return { process: child, end, [Symbol.asyncDispose]: () => end("SIGKILL") };
}
