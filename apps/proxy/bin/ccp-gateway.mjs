#!/usr/bin/env node
// Runs the built gateway, or its sources where this is a checkout.
import { existsSync } from "node:fs";
import module from "node:module";

module.enableCompileCache?.();

const source = new URL("../src/main.ts", import.meta.url);
if (existsSync(source) && process.env.CCP_USE_DIST !== "1") {
  // Workspace packages export their sources under a condition that is not set for a plain `node file`.
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "ccp-source"] }),
  });
  await import(source.href);
} else {
  await import(new URL("../dist/main.js", import.meta.url).href);
}
