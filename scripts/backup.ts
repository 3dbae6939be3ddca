import { parseArgs } from "node:util";
import { asAppError } from "../src/shared/errors.ts";
import { backUpDatabase, databaseIn } from "../src/store/sqlite/backup.ts";

/**
 * `npm run backup -- --to <file> [--from <folder>]`: copies the embedded store as it is at one moment, also while a bot works on it.
 * The folder is that of `DATA_DIR` unless another is given.
 */

const USAGE = "Usage: npm run backup -- --to backups/heddle-2026-01-31.db [--from ./data]";
/** `sysexits.h`: the command was used wrongly. */
const EX_USAGE = 64;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { from: { type: "string" }, to: { type: "string" } } });
  const { from = process.env["DATA_DIR"] ?? "./data", to } = values;
  const uri = process.env["MONGODB_URI"] ?? "";
  if (values.from === undefined && uri !== "") {
    console.error(
      "MONGODB_URI is set, so the state is in MongoDB: back it up with mongodump. For an embedded store give --from its folder.",
    );
    process.exitCode = EX_USAGE;
    return;
  }
  if (to === undefined || to === "") {
    console.error(USAGE);
    process.exitCode = EX_USAGE;
    return;
  }
  const bytes = await backUpDatabase(databaseIn(from), to);
  console.log(
    `${to}: ${(bytes / 1e6).toFixed(1)} MB, complete and checked. Values in it are as they are stored: with ENCRYPTION_KEY, keep the key elsewhere, and as long as the backup.`,
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
