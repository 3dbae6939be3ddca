import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import { recordRuns } from "../test/support/recorded-logs.ts";

/**
 * `npm run --silent record-logs -- --from ./data > test/fixtures/logs/0.1.0.ndjson`: logs of the
 * executions in a folder, one of each kind, with the state that this version folds them to. Kept
 * for each release: later versions must fold to the same state.
 */
const { values } = parseArgs({ options: { from: { type: "string" } } });
if (values.from === undefined) {
  console.error(
    "Usage: npm run --silent record-logs -- --from ./data > test/fixtures/logs/0.1.0.ndjson",
  );
  process.exit(64);
}
await using store = await openSqliteStore({ path: join(values.from, "heddle.db") });
for await (const run of recordRuns(store)) console.log(JSON.stringify(run));
