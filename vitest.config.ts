import "./scripts/check-node.cjs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";

export default defineConfig({
  test: {
    include: ["{test,simulator/test}/**/*.test.ts"],
    setupFiles: ["./test/support/check-answers.ts"],
    testTimeout: 40_000,
    hookTimeout: 60_000,
    // The files share no state that a test changes, so that a worker loads each module once instead of once per file.
    isolate: false,
    // One more than the cores: many files wait for other processes.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
  },
});
