import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Parts of the paths of files that take long, the longest first. Most of them wait for other processes. */
const LONG = [
  "/test/e2e/chaos",
  "/test/e2e/mongodb",
  "/test/store/mongodb",
  "/test/e2e/",
  "/simulator/test/page/",
  "/test/fuzz/",
  "/test/scripts/",
  "/test/services/database/",
  "/test/store/sqlite",
  "/test/engine/workflows/",
  "/test/workflows/",
  "/test/bot/",
];

/** Starts the longest files first; a worker that begins a long one last would keep the others waiting. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((part) => moduleId.includes(part));
  return rank === -1 ? LONG.length : rank;
}
