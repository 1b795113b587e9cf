import { defineConfig } from "vitest/config";

/** Milliseconds after which a test hangs: no test takes long, but a busy machine may. */
const HANGS = 300_000;

export default defineConfig({
  test: {
    environment: "happy-dom",
    include: ["test/**/*.test.ts"],
    testTimeout: HANGS,
    hookTimeout: HANGS,
    teardownTimeout: HANGS,
  },
});
