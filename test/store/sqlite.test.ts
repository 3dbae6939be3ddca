import { join } from "node:path";
import type { Store } from "../../src/engine/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { storeConformance } from "./conformance.ts";
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
