import "./scripts/check-node.cjs";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{test,simulator/test}/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
