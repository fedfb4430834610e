import { existsSync } from "node:fs";
import { defineConfig } from "tsup";

// A thread of its own is a file of its own, and so is an entry that spares its users the rest.
const entries = [
  "src/index.ts",
  "src/core.ts",
  "src/usage-view.ts",
  "src/node/index.ts",
  "src/node/history-worker.ts",
  "src/main.ts",
];

// Declarations come from tsc: the bundler's own need a compiler interface that TypeScript 7 does not have.
export default defineConfig({
  entry: entries.filter((file) => existsSync(file)),
  format: ["esm"],
  target: "node22",
  // Entries keep their folders (dist/node/index.js) whatever else is there.
  outDir: "dist",
  clean: true,
  // Some modules of Node, its SQLite among them, have no name without it.
  removeNodeProtocol: false,
  dts: false,
  silent: true,
});
