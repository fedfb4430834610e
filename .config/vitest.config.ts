import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const conditions = ["ccp-source", "node", "import", "module", "default"];

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      // Libraries keep nothing between tests, so their files may share a worker: one for each took a minute of the run.
      { extends: true, test: { name: "libraries", include: ["packages/**/*.test.ts"], isolate: false } },
      {
        extends: true,
        test: {
          name: "programs",
          include: ["apps/**/*.test.ts", "scripts/**/*.test.ts", "docs/**/*.test.ts"],
        },
      },
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // The machine's colours, width and zone must never decide a snapshot.
    env: { TZ: "UTC", NO_COLOR: "1", COLUMNS: "100", CCP_URL: "" },
    // One worker less than there are cores is the default: on two cores, one of them idles.
    maxWorkers: "100%",
    // A second, the default, is little on a machine that other work shares; what never comes ends at the test's own limit.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
