import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "../../src/engine/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { storeConformance } from "./conformance.ts";

storeConformance("sqlite in memory", () => openSqliteStore({ path: ":memory:" }));

storeConformance("sqlite on a file", async (): Promise<Store> => {
  const folder = await mkdtempDisposable(join(tmpdir(), "heddle-store-"));
  const store = await openSqliteStore({ path: join(folder.path, "heddle.db"), synchronous: "off" });
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
});
