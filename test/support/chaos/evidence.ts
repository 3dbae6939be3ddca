import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Store } from "../../../src/engine/ports/store.ts";
import { readOwn } from "../../../src/shared/json.ts";
import type { Findings } from "./findings.ts";

const CONCERNED = /\br\d{4}\b|\bexec_[0-9a-f]+/g;

/** Writes down what the store says of the runs in which something is wrong, and what the bots said: a database goes with the run. */
export async function keepEvidence(
  folder: string,
  { problems }: Findings,
  store: Store,
  botsSaid: string,
): Promise<void> {
  await writeFile(join(folder, "bots.log"), botsSaid);
  const concerned = new Set(problems.flatMap((problem) => problem.match(CONCERNED) ?? []));
  for (let cursor: string | undefined; ; ) {
    const page = await store.executions.list({
      limit: 200,
      ...(cursor !== undefined && { cursor }),
    });
    for (const head of page.records) {
      const name = String(readOwn(head.start.variables, "run"));
      if (!concerned.has(name) && !concerned.has(head.executionId)) continue;
      const log = await store.log.read(head.executionId, 0);
      const file = join(folder, `${name}-${head.executionId}.json`);
      await writeFile(file, JSON.stringify({ head, log }, null, 2));
    }
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}
