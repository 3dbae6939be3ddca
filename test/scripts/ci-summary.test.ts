import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const SCRIPT = join(import.meta.dirname, "../../scripts/ci-summary.ts");

const passed = { status: "passed", assertionResults: [{ status: "passed" }] };
const failed = { status: "failed", assertionResults: [{ status: "failed" }] };
const broken = { status: "failed", assertionResults: [] };

test.for([
  [
    { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, testResults: [passed] },
    "5 passed, 0 failed",
    0,
  ],
  [
    {
      numPassedTests: 5,
      numFailedTests: 0,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [passed],
    },
    "5 passed, 0 failed, 3 skipped",
    0,
  ],
  [
    { numPassedTests: 5, numFailedTests: 1, numPendingTests: 0, testResults: [failed] },
    "5 passed, 1 failed",
    1,
  ],
  [
    { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, testResults: [passed, broken] },
    "5 passed, 1 failed",
    1,
  ],
  ["no report", "0 passed, 1 failed", 1],
] as const)("%j is summed up as “%s”", async ([report, line, code]) => {
  const folder = await mkdtemp(join(tmpdir(), "heddle-summary-"));
  const path = join(folder, "report.json");
  await writeFile(path, JSON.stringify(report));

  const result = await summarize(path);

  expect(result).toEqual({ out: `${line}\n`, code });
  await rm(folder, { recursive: true });
});

async function summarize(path: string): Promise<{ readonly out: string; readonly code: number }> {
  const { promise, resolve } = Promise.withResolvers<{ out: string; code: number }>();
  const child = execFile(process.execPath, [SCRIPT, path], (_error, out) =>
    resolve({ out, code: child.exitCode ?? -1 }),
  );
  return await promise;
}
