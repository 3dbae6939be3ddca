import { readFile } from "node:fs/promises";
import { z } from "zod";

/** The part of vitest's JSON report that is counted. */
const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int().default(0),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

/**
 * One line: `12 passed, 0 failed, 1 skipped`.
 *
 * A test file that fails without a failing test (it could not be loaded, or a hook broke) counts as
 * one failure: it must not look like success.
 */
function summarize(report: z.output<typeof Report>): {
  readonly line: string;
  readonly failed: number;
} {
  const broken = report.testResults.filter(
    (file) =>
      file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = report.numFailedTests + broken;
  const skipped = report.numPendingTests + report.numTodoTests;
  const tail = skipped > 0 ? `, ${skipped} skipped` : "";
  return { line: `${report.numPassedTests} passed, ${failed} failed${tail}`, failed };
}

async function main(path: string | undefined): Promise<number> {
  if (path === undefined) {
    console.error("Usage: node scripts/ci-summary.ts <vitest's JSON report>");
    return 2;
  }
  try {
    const { line, failed } = summarize(Report.parse(JSON.parse(await readFile(path, "utf8"))));
    console.log(line);
    return failed === 0 ? 0 : 1;
  } catch {
    // No report: the tests were killed or never began.
    console.log("0 passed, 1 failed");
    return 1;
  }
}

process.exitCode = await main(process.argv[2]);
