import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{test,simulator/test}/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
