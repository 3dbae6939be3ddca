import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lockDataDir } from "../../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { makePrivate } from "../../../src/store/sqlite/private-files.ts";
import { call } from "../records.ts";
import { tempFolder } from "../temp-folder.ts";

function modesIn(folder: string): readonly string[] {
  return readdirSync(folder).map(
    (name) => `${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`,
  );
}

describe.skipIf(process.geteuid === undefined)("the data folder", () => {
  test("holds nothing that other users can read, whatever the umask of the process", async () => {
    await using folder = await tempFolder();
    const dir = join(folder.path, "data");
    const before = process.umask(0);
    try {
      makePrivate(dir);
      await using lock = await lockDataDir(dir);
      await using store = await openSqliteStore({ path: join(dir, "heddle.db") });
      await store.calls.insert(call("c1", "exec_1"));
      expect(lock).toBeDefined();
      expect(statSync(dir).mode & 0o777).toBe(0o700);
      const modes = modesIn(dir);
      expect(modes.length).toBeGreaterThanOrEqual(5);
      for (const mode of modes) expect(mode).toMatch(/ 600$/);
    } finally {
      process.umask(before);
    }
  });

  test("is made private when it was open before, and says so", async () => {
    await using folder = await tempFolder();
    const dir = join(folder.path, "data");
    mkdirSync(join(dir, "sub"), { recursive: true });
    for (const name of ["heddle.db", "heddle.db-wal", "heddle.lock", "export.ndjson"])
      writeFileSync(join(dir, name), "x");
    for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o777);
    chmodSync(join(dir, "heddle.db"), 0o644);
    chmodSync(dir, 0o755);

    const corrected = makePrivate(dir);

    expect(corrected).toContain(
      `${join(dir, "heddle.db")} could be read by other users (mode 0644); it is 0600 now`,
    );
    expect(corrected).toHaveLength(6);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const mode of modesIn(dir)) expect(mode).toMatch(/^sub 700$| 600$/);
    expect(makePrivate(dir)).toEqual([]);
  });

  test("is not used through a link that another user may have put there", async () => {
    await using folder = await tempFolder();
    const target = join(folder.path, "target");
    writeFileSync(target, "mine");
    symlinkSync(target, join(folder.path, "heddle.lock.json"));
    expect(() => makePrivate(folder.path)).toThrow(
      /heddle\.lock\.json is a symbolic link.*Nothing was changed/,
    );
  });

  test.skipIf(process.geteuid?.() !== 0)(
    "is refused when a file belongs to another user",
    async () => {
      await using folder = await tempFolder();
      const file = join(folder.path, "heddle.db");
      writeFileSync(file, "x");
      chownSync(file, 12_345, 12_345);
      expect(() => makePrivate(folder.path)).toThrow(
        /heddle\.db belongs to another user \(id 12345; the bot runs as 0\).*chown -R 0/,
      );
    },
  );
});
