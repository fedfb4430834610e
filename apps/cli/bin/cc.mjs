#!/usr/bin/env node
// Starts the command line. Plain JavaScript that even an old Node can read: it decides which Node, and whether
// the sources or the built files, do the rest.
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// An import would touch every export of the module, and with `ReadStream` load all of Node's streams: 6 ms.
const { existsSync, readFileSync } = process.getBuiltinModule?.("node:fs") ?? (await import("node:fs"));
// It wins, as in Node, which would say on stderr that it does.
if (process.env.FORCE_COLOR !== undefined) delete process.env.NO_COLOR;
const here = dirname(fileURLToPath(import.meta.url));
const packageDir = join(here, "..");
const argv = process.argv.slice(2);
// Node strips types everywhere but under node_modules, so an installed package runs what was built.
const installed = /[\\/]node_modules[\\/]/.test(here);
const fromSource =
  !installed && process.env.CCP_USE_DIST !== "1" && existsSync(join(packageDir, "src", "main.ts"));
const checkoutDir = findCheckout();
const COMPILER_OPTION =
  /^-(?:[coESgx]$|dump|print-|std=|pthread|pipe|shared|static|isystem|include|nostd|[OWfmIDULl])/;

// Node would open its debugger for anyone who may send this signal, and with it a view of every key in memory.
process.on("SIGUSR1", () => {});

if (!installed && looksLikeCompiling(argv)) {
  say(
    "this is the ccp command, not the C compiler",
    `cc ${argv.join(" ")}`,
    "use gcc or clang, or put /usr/bin first in PATH",
  );
  process.exitCode = 64;
} else if (!isRecent(process.version)) {
  await runOnNewerNode();
} else {
  await run();
}

async function run() {
  nodeModule.enableCompileCache?.();
  resolveFast();
  const entry = new URL(fromSource ? "../src/main.ts" : "../dist/index.js", import.meta.url);
  if (!existsSync(entry)) {
    say(
      "this package has not been built",
      `${fileURLToPath(entry)} does not exist`,
      "npm run build, or unset CCP_USE_DIST",
    );
    process.exitCode = 1;
    return;
  }
  const { main } = await import(entry.href);
  const { version } = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8"));
  process.exitCode = await main(argv, { version, checkoutDir });
}

/**
 * Workspace packages name their TypeScript under the condition; without it they would have to be built. A neighbour's
 * path says all there is to know: Node would look for a folder, a link and a package.json behind each of dozens.
 */
function resolveFast() {
  const neighbour = fromSource ? /^\.\.?\/.*\.ts$/ : /^\.\/.*\.js$/;
  const format = fromSource ? "module-typescript" : "module";
  // What others have built may be of any format.
  const from = fromSource ? "file:" : new URL("../dist/", import.meta.url).href;
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => {
      if (neighbour.test(specifier) && context.parentURL?.startsWith(from)) {
        return { url: new URL(specifier, context.parentURL).href, format, shortCircuit: true };
      }
      if (!fromSource) return next(specifier, context);
      return next(specifier, { ...context, conditions: [...context.conditions, "ccp-source"] });
    },
  });
}

/** 22.19 is what the gateway's HTTP client needs. */
function isRecent(version) {
  const [major, minor] = version.replace("v", "").split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}

/** `npx` runs under the Node of the user's shell; a checkout brings a newer one along. */
async function runOnNewerNode() {
  const node = checkoutDir === null ? null : join(checkoutDir, "node_modules", ".ccp-node");
  if (node === null || !existsSync(node)) {
    say(
      `Node ${process.version} is too old for ccp`,
      "it needs 22.19 or newer, 24 is best",
      checkoutDir === null ? "install a newer Node" : "node scripts/ensure.mjs",
    );
    process.exitCode = 1;
    return;
  }
  const [{ spawn }, { constants }, { isatty }] = await Promise.all([
    import("node:child_process"),
    import("node:os"),
    import("node:tty"),
  ]);
  // The gateway ends with this process: a signal that nothing can catch is passed on by nobody.
  const env = { ...process.env, CCP_LAUNCHER: String(process.pid) };
  const child = spawn(node, [fileURLToPath(import.meta.url), ...argv], { stdio: "inherit", env });
  // A terminal sends Ctrl-C to the child as well; passing it on would make it two.
  const atTerminal = [0, 1, 2].some((fd) => isatty(fd));
  process.on("SIGINT", () => atTerminal || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => {
    say(`${node} could not be started`, error.message, "node scripts/ensure.mjs");
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function findCheckout() {
  const root = join(packageDir, "..", "..");
  return !installed && existsSync(join(root, "pnpm-workspace.yaml")) ? root : null;
}

/** Build scripts call the C compiler `cc`. Options of our own commands stand behind the command's name. */
function looksLikeCompiling(args) {
  for (const arg of args) {
    if (COMPILER_OPTION.test(arg) || /\.(c|cc|cpp|cxx|m|s|o|a)$/i.test(arg)) return true;
    if (!arg.startsWith("-")) return false;
  }
  return false;
}

function say(what, why, next) {
  console.error(`ccp: ${what}\n     ${why}\n     next: ${next}`);
}
