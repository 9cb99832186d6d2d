import { defineConfig } from "vitest/config";
import { TIMES } from "./test/runs.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 300_000 * TIMES,
    maxWorkers: "100%",
    reporters: ["default", "./test/not-run.ts"],
  },
});
