#!/usr/bin/env node
// Runs the built gateway, or its sources where this is a checkout.
import { existsSync } from "node:fs";
import module from "node:module";

// Node would open its debugger for anyone who may send this signal, and with it a view of every key in memory.
process.on("SIGUSR1", () => {});

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `ccp: Node ${process.versions.node} is too old for the gateway
     it needs Node 22.19 or newer; 24 is best
     install one, or in a checkout use npm start, which brings its own
`,
  );
  process.exit(1);
}

module.enableCompileCache?.();

const source = new URL("../src/main.ts", import.meta.url);
// Node strips types everywhere but under node_modules, so an installed package runs what was built.
const installed = import.meta.url.includes("/node_modules/");
if (!installed && existsSync(source) && process.env.CCP_USE_DIST !== "1") {
  // Workspace packages export their sources under a condition that is not set for a plain `node file`.
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "ccp-source"] }),
  });
  await import(source.href);
} else {
  await import(new URL("../dist/main.js", import.meta.url).href);
}
