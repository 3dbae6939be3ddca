import { defineConfig } from "vitest/config";

/** The tests that a mutant of the pure core has to get past: all that need neither store, nor clock, nor world. */
export default defineConfig({
  test: {
    include: [
      "test/engine/execution/**/*.test.ts",
      "test/engine/steps/{foreach,parallel,wait,workflow}.test.ts",
      "test/engine/{clock-jumps,totals}.test.ts",
    ],
    setupFiles: ["test/setup.ts"],
    testTimeout: 300_000,
  },
});
