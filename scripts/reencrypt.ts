import { join } from "node:path";
import { loadConfig } from "../src/app/config.ts";
import { AppError, asAppError } from "../src/shared/errors.ts";
import { Connection } from "../src/store/mongodb/connection.ts";
import { migrate } from "../src/store/mongodb/migrations.ts";
import { openDatabaseFile } from "../src/store/sqlite/database-file.ts";
import { lockDataDir } from "../src/store/sqlite/lock.ts";
import { reencryptMongo } from "./reencrypt/mongodb.ts";
import { reencryptSqlite } from "./reencrypt/sqlite.ts";

/**
 * `npm run reencrypt`: encrypts everything that is stored with the first key of `ENCRYPTION_KEY`, what is in plain and what an
 * earlier key encrypted. It needs the bot's whole environment (`.env`), and the bot must be stopped. Afterwards the earlier keys are
 * needed for backups alone. May be repeated, also after it was interrupted.
 */
async function main(): Promise<void> {
  const { store, encryption: ring } = loadConfig();
  if (ring === null) {
    throw new AppError({
      code: "config_invalid",
      message:
        "ENCRYPTION_KEY is missing. Set it to the new key, with the earlier ones behind it, after commas.",
    });
  }
  const report = (place: string, rewritten: number): void =>
    console.log(`  ${place.padEnd(16)} ${String(rewritten).padStart(9)}`);
  if (store.kind === "sqlite") {
    await using _lock = await lockDataDir(store.dataDir);
    using database = openDatabaseFile(join(store.dataDir, "heddle.db"), "full");
    await reencryptSqlite(database, ring, report);
  } else {
    await using connection = await Connection.open(store.uri);
    await migrate(connection);
    await reencryptMongo(connection, ring, report);
  }
  console.log(
    `Everything is encrypted with the key ${ring.first.id}. Keys behind it can be removed from ENCRYPTION_KEY.`,
  );
}

try {
  await main();
} catch (error) {
  console.error(asAppError(error).message);
  process.exitCode = 1;
}
