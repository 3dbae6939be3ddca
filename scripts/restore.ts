import { parseArgs } from "node:util";
import { asAppError } from "../src/shared/errors.ts";
import { databaseIn, restoreDatabase } from "../src/store/sqlite/backup.ts";
import { lockDataDir } from "../src/store/sqlite/lock.ts";

/**
 * `npm run restore -- --from <file> [--to <folder>]`: puts a backup in the place of the embedded store, with everything paused. The bot
 * must be stopped; the database that was there stays beside it.
 */

const USAGE = "Usage: npm run restore -- --from backups/heddle-2026-01-31.db [--to ./data]";
/** `sysexits.h`: the command was used wrongly. */
const EX_USAGE = 64;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { from: { type: "string" }, to: { type: "string" } } });
  const { from, to = process.env["DATA_DIR"] ?? "./data" } = values;
  if (from === undefined || from === "") {
    console.error(USAGE);
    process.exitCode = EX_USAGE;
    return;
  }
  await using _lock = await lockDataDir(to);
  const { replaced } = await restoreDatabase(from, databaseIn(to), Date.now());
  if (replaced !== null) console.log(`What was there before is ${replaced} now.`);
  console.log(
    `${databaseIn(to)} is the backup. Everything in it is paused: start the bot, look at the runs that were under way, and resume with "/workflow resume all". What they did after the backup is not known, and would be done again: cancel those first.`,
  );
}

try {
  await main();
} catch (error) {
  console.error(
    error instanceof TypeError ? `${error.message}\n${USAGE}` : asAppError(error).message,
  );
  process.exitCode ||= 1;
}
