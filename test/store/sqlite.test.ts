import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { reencryptSqlite } from "../../scripts/reencrypt/sqlite.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { encryptStore } from "../../src/store/encryption/encrypted-store.ts";
import { openDatabaseFile } from "../../src/store/sqlite/database-file.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { newKey, ringOf } from "../support/key-ring.ts";
import { storeConformance } from "./conformance.ts";
import { encryptionTests } from "./encryption.ts";
import { tempFolder } from "./temp-folder.ts";

storeConformance("sqlite in memory", () => openSqliteStore({ path: ":memory:" }));

storeConformance("sqlite on a file", async (): Promise<Store> => {
  const folder = await tempFolder();
  const store = await openSqliteStore({ path: join(folder.path, "heddle.db"), synchronous: "off" });
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
});

storeConformance("sqlite, encrypted", async () =>
  encryptStore(await openSqliteStore({ path: ":memory:" }), ringOf(newKey())),
);

encryptionTests("sqlite", async () => {
  const folder = await tempFolder();
  onTestFinished(() => folder.remove());
  return {
    open: () => openSqliteStore({ path: join(folder.path, "heddle.db") }),
    async reencrypt(ring) {
      using database = openDatabaseFile(join(folder.path, "heddle.db"), "full");
      await reencryptSqlite(database, ring, () => {});
    },
    // The bytes of the file and of its log.
    async content() {
      const names = await readdir(folder.path);
      const files = await Promise.all(names.map((name) => readFile(join(folder.path, name))));
      return files.map((bytes) => bytes.toString("latin1")).join("");
    },
  };
});
