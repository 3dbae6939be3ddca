import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { commit, head } from "../records.ts";

/** A process that commits for ten executions as fast as it can, and prints each commit once it was accepted. */
const [, , path = ""] = process.argv;
const store = await openSqliteStore({ path });

async function run(executionId: string): Promise<never> {
  await store.executions.insert(head(executionId));
  for (let rev = 1; ; rev += 1) {
    await store.log.commit(commit(executionId, rev), head(executionId, { rev }), []);
    process.stdout.write(`${executionId} ${rev}\n`);
  }
}

await Promise.all(Array.from({ length: 10 }, (_, n) => run(`exec_${n}`)));
