import { existsSync } from "node:fs";
import { defineConfig } from "tsup";

// Declarations come from tsc: the bundler's own need a compiler interface that TypeScript 7 does not have.
export default defineConfig({
  entry: ["src/index.ts", ...(existsSync("src/node/index.ts") ? ["src/node/index.ts"] : [])],
  format: ["esm"],
  target: "node22",
  clean: true,
  sourcemap: true,
  dts: false,
});
