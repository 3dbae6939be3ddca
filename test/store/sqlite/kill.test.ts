import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { tempFolder } from "../temp-folder.ts";

test("nothing that was accepted is lost when the process is killed, and heads agree with their logs", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "heddle.db");

  const accepted = await killAfter(2_000, path);

  await using store = await openSqliteStore({ path });
  expect(accepted.size).toBe(10);
  for (const [executionId, rev] of accepted) {
    const log = await store.log.read(executionId, 0);
    expect(log.map((one) => one.rev)).toEqual(log.map((_, index) => index + 1));
    expect(log.length).toBeGreaterThanOrEqual(rev);
    expect((await store.executions.get(executionId))?.rev).toBe(log.length);
  }
});

/** Lets another process commit, kills it after so many commits, and says what it had accepted of each execution. */
async function killAfter(commits: number, path: string): Promise<ReadonlyMap<string, number>> {
  const script = join(import.meta.dirname, "commit-forever.ts");
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const accepted = new Map<string, number>();
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [executionId = "", rev = ""] = line.split(" ");
    // The last line may be cut by the kill.
    if (/^exec_\d$/.test(executionId) && /^\d+$/.test(rev) && seen < commits) {
      accepted.set(executionId, Number(rev));
    }
    seen += 1;
    if (seen === commits) child.kill("SIGKILL");
  }
  await exited;
  return accepted;
}
