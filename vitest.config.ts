import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "tools/test/**/*.test.ts",
    ],
    // Only packages/cli spawns the built command; the others do not wait for more than a look at it.
    globalSetup: ["packages/cli/test/build-command.mjs"],
    // Two cores are the smallest machine this runs on; more workers only fight for memory.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Formatting must not depend on the machine's zone or language.
    env: { TZ: "UTC", LC_ALL: "C.UTF-8" },
  },
});
