import { join } from "node:path";
import type { Logger } from "pino";
import { systemClock } from "../engine/ports/clock.ts";
import type { Store } from "../engine/ports/store.ts";
import { encryptStore } from "../store/encryption/encrypted-store.ts";
import { openMongoStore } from "../store/mongodb/open.ts";
import { lockDataDir } from "../store/sqlite/lock.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { makePrivate } from "../store/sqlite/private-files.ts";
import type { Config } from "./config.ts";

/**
 * Opens the store and adds it to `stack`. A data folder belongs to this process alone, and to no other user: the leases of an
 * earlier process are void, and modes that are too wide are corrected and logged.
 *
 * @throws {AppError} `store_locked`, `store_newer`, `store_unavailable`; `config_invalid` if a key is missing.
 */
export async function openStore(
  { store: config, encryption }: Pick<Config, "store" | "encryption">,
  stack: AsyncDisposableStack,
  logger: Logger,
): Promise<Store> {
  if (config.kind === "mongodb")
    return encryptStore(stack.use(await openMongoStore(config.uri)), encryption);
  const { dataDir, synchronous } = config;
  for (const corrected of makePrivate(dataDir)) logger.warn(corrected);
  stack.use(await lockDataDir(dataDir));
  const store = stack.use(await openSqliteStore({ path: join(dataDir, "heddle.db"), synchronous }));
  const encrypted = await encryptStore(store, encryption);
  await encrypted.leases.voidAll(systemClock.now());
  return encrypted;
}
