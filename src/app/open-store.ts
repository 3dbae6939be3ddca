import { join } from "node:path";
import { systemClock } from "../engine/ports/clock.ts";
import type { Store } from "../engine/ports/store.ts";
import { openMongoStore } from "../store/mongodb/open.ts";
import { lockDataDir } from "../store/sqlite/lock.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import type { StoreConfig } from "./config.ts";

/** Opens the store and adds it to `stack`. A data folder belongs to this process alone: the leases of an earlier one are void. */
export async function openStore(config: StoreConfig, stack: AsyncDisposableStack): Promise<Store> {
  if (config.kind === "mongodb") return stack.use(await openMongoStore(config.uri));
  const { dataDir, synchronous } = config;
  stack.use(await lockDataDir(dataDir));
  const store = stack.use(await openSqliteStore({ path: join(dataDir, "heddle.db"), synchronous }));
  await store.leases.voidAll(systemClock.now());
  return store;
}
