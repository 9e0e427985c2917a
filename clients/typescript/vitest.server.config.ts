import { defineConfig } from "vitest/config";

// Beside a running server: `npm run test:server`, where its own environment is installed (`make dev`).
export default defineConfig({
  test: {
    include: ["tests/**/*.server.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
