import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AppError, asAppError, isAppError } from "../src/shared/errors.ts";
import { Connection } from "../src/store/mongodb/connection.ts";
import { migrate } from "../src/store/mongodb/migrations.ts";
import { openDatabaseFile } from "../src/store/sqlite/database-file.ts";
import { lockDataDir } from "../src/store/sqlite/lock.ts";
import { copyStore } from "./migrate-store/copy.ts";

/**
 * `npm run migrate-store -- --from ./data --to "$MONGODB_URI"`: copies the state of the embedded
 * store into a MongoDB database and compares both. The folder stays as it is. May be repeated until
 * a bot has worked on the database.
 */

const USAGE = 'Usage: npm run migrate-store -- --from ./data --to "$MONGODB_URI"';
/** `sysexits.h`: the command was used wrongly. */
const EX_USAGE = 64;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { from: { type: "string" }, to: { type: "string" } } });
  const { from, to } = values;
  if (!from || !to) {
    console.error(USAGE);
    process.exitCode = EX_USAGE;
    return;
  }
  const file = join(from, "heddle.db");
  if (!existsSync(file)) {
    throw new AppError({
      code: "config_invalid",
      message: `There is no ${file}. Give --from the folder that DATA_DIR names.`,
    });
  }
  await using _lock = await lockDataDir(from);
  using source = openDatabaseFile(file, "full");
  await using target = await Connection.open(to);
  await migrate(target);
  console.log(`From ${file} to ${target.name}`);
  await copyStore(source, target, Date.now(), ({ table, documents, checksum }) => {
    console.log(`  ${table.padEnd(16)} ${String(documents).padStart(9)}  ${checksum}`);
  });
  console.log("Everything is there, and the same. Set MONGODB_URI and start the bot.");
}

try {
  await main();
} catch (error) {
  const known = isAppError(error) || !(error instanceof TypeError) ? error : null;
  console.error(known instanceof Error ? known.message : `${asAppError(error).message}\n${USAGE}`);
  process.exitCode ||= 1;
}
