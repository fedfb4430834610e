// Makes a fresh clone runnable: installs what the lock file names, once per change of it, and links a
// Node that can run TypeScript. Plain JavaScript for Node >= 18: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const stampFile = join(modules, ".ccp-ensured");
const nodeLink = join(modules, ".ccp-node");
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

const read = (name) => readFileSync(join(root, name), "utf8");
const inputs = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"].map(read);
const stamp = createHash("sha256").update(inputs.join("\0")).digest("hex");

if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== stamp) {
  install();
  linkNode();
  writeFileSync(stampFile, stamp);
} else if (!existsSync(nodeLink)) {
  // The Node it pointed to is gone, or the checkout was moved.
  linkNode();
}

function install() {
  const { packageManager } = JSON.parse(inputs[0]);
  // --yes: without it npx asks, and on a pipe it then cancels.
  const args = ["--yes", packageManager, "--dir", root, "install", "--frozen-lockfile", "--prefer-offline"];
  // CI: pnpm must not ask before it replaces modules that another pnpm laid.
  const env = { ...process.env, CI: "true" };
  console.error("ccp: installing what this checkout needs; once, and it takes about half a minute");
  // Dozens of lines about engines and npm's settings, none of them anyone's business unless the installation fails.
  // stdout belongs to the command that follows (`npm start -- --json | jq`).
  const shown = process.env.CCP_LOG_LEVEL === "debug";
  const stdio = ["ignore", shown ? 2 : "pipe", shown ? 2 : "pipe"];
  // From elsewhere: here npx would take the pnpm of the very modules that it may have to replace.
  const run = spawnSync("npx", args, { cwd: tmpdir(), env, stdio, maxBuffer: MAX_OUTPUT_BYTES });
  if (run.status === 0) return;
  process.stderr.write(`${run.stdout ?? ""}${run.stderr ?? ""}`);
  fail(
    `installing the dependencies failed (npx ${args.join(" ")})`,
    "check the network and the npm registry setting, then run the same command again",
  );
}

/** Node strips types from 22.18 on; 22.19 is what the upstream HTTP client needs. */
function canRunTypeScript(version) {
  const [major, minor] = version.replace("v", "").split(".").map(Number);
  return (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26;
}

function linkNode() {
  const own = join(modules, "node", "bin", "node");
  const target = canRunTypeScript(process.version) ? process.execPath : own;
  if (!existsSync(target)) {
    fail(
      `Node ${process.version} is too old and no newer one could be installed for ${process.platform}-${process.arch}`,
      "install Node >= 22.19 (24 is best) and run the same command again",
    );
  }
  rmSync(nodeLink, { force: true });
  symlinkSync(target, nodeLink);
}

function fail(what, next) {
  console.error(`ccp: ${what}\n     ${next}`);
  process.exit(1);
}
