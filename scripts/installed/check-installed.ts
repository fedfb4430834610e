// What a person gets who installs the packages: plain npm, an empty folder, and every program in it.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { mapParallel, runCommand } from "../lib/run-command.ts";
import { whileItRuns } from "../lib/start-program.ts";
import { commandLines } from "./command-lines.ts";

/** Called this way the command is the checkout's; an installed one has no such name. */
const CHECKOUT_WORDS = /npx cc\b|[\s"'`(]cc [a-z]/;
const CRASH = /this should not have happened|ERR_[A-Z_]+|^\s+at .+:\d+:\d+\)?$/m;
const ASK = JSON.stringify({
  model: "claude-haiku-4-5",
  max_tokens: 16,
  messages: [{ role: "user", content: "hi" }],
});

/** @returns What is wrong, one entry each. */
export async function checkInstalled(tarballs: readonly string[], into: string): Promise<string[]> {
  const folder = mkdtempSync(join(into, "installed-"));
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const options = ["--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  const install = await runCommand("npm", ["install", ...options, ...tarballs], folder);
  if (!install.ok) return [`npm could not install the tarballs\n${install.output}`];

  const faults = readdirSync(join(folder, "node_modules/.bin"))
    .filter((name) => name === "cc")
    .map(() => "node_modules/.bin/cc stands in the way of the C compiler");
  const upstream = await startUpstream();
  try {
    const programs = Object.entries(PROGRAMS);
    const failed = await mapParallel(programs, async ([name, check]) => {
      try {
        await check(openWorld(folder, name, upstream));
        return [];
      } catch (error) {
        return [`${name}: ${error instanceof Error ? error.message : error}`];
      }
    });
    return [...faults, ...failed.flat()];
  } finally {
    upstream.close();
    upstream.closeAllConnections();
  }
}

interface World {
  /** Where the packages are installed, and where everything is run. */
  readonly folder: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

const bin = ({ folder }: World, name: string): string => join(folder, "node_modules/.bin", name);

const PROGRAMS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  "ccp start --demo": async (world) =>
    whileItRuns(line(world, bin(world, "ccp"), ["start", "--demo"]), answersRequest),
  "ccp-gateway": async (world) => whileItRuns(line(world, bin(world, "ccp-gateway"), []), answersRequest),
  "the service's command line": async (world) => {
    const [file = "", ...args] = await serviceLine(world);
    await whileItRuns(line(world, file, args), answersRequest);
  },
  "every command": async (world) =>
    whileItRuns(line(world, bin(world, "ccp-gateway"), []), async (url) => {
      await answersRequest(url);
      await runEveryCommand({ ...world, env: { ...world.env, CCP_URL: url } });
    }),
};

function line({ folder, env }: World, file: string, args: readonly string[]) {
  return { file, args, cwd: folder, env };
}

async function answersRequest(url: string): Promise<void> {
  const headers = { "content-type": "application/json", "x-api-key": "demo" };
  const answer = await fetch(`${url}/v1/messages`, { method: "POST", headers, body: ASK });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.notEqual(answer.headers.get("x-ccp-lane"), null);
  const page = await (await fetch(`${url}/dashboard`)).text();
  assert.doesNotMatch(page.replace(/<script.*?<\/script>/gs, ""), CHECKOUT_WORDS);
}

/** The words behind ExecStart of the unit that `ccp service install` would write. */
async function serviceLine(world: World): Promise<string[]> {
  const args = ["service", "install", "--dry-run", "--manager", "systemd"];
  const { ok, output } = await runCommand(bin(world, "ccp"), args, world.folder, world.env);
  assert.ok(ok, output);
  assert.doesNotMatch(output, CHECKOUT_WORDS);
  return /^\s*ExecStart=(.+)$/m.exec(output)?.[1]?.split(" ") ?? [];
}

async function runEveryCommand(world: World): Promise<void> {
  const run = (args: readonly string[]) => runCommand(bin(world, "ccp"), args, world.folder, world.env);
  const top = await run(["--help"]);
  assert.ok(top.ok, top.output);
  const groups = namedCommands(top.output);
  const helps = await mapParallel(groups, async (name) => [name, await run([name, "--help"])] as const);
  const names = helps.flatMap(([name, { output }]) => [
    name,
    ...namedCommands(output).map((sub) => `${name} ${sub}`),
  ]);
  const lines = commandLines(world.home);
  assert.deepEqual(
    names,
    Object.keys(lines),
    "scripts/installed/command-lines.ts has not the commands of --help",
  );
  const faults = await mapParallel(Object.entries(lines), async ([name, { args, codes }]) => {
    const { code, output } = await run(args);
    if (code === null || !codes.includes(code)) return [`${name} ended with ${code}\n${output}`];
    return judgeWords(name, output);
  });
  const helpFaults = helps.flatMap(([name, { ok, output }]) =>
    ok ? judgeWords(`${name} --help`, output) : [`${name} --help failed\n${output}`],
  );
  assert.deepEqual([...faults.flat(), ...helpFaults], []);
}

function judgeWords(name: string, output: string): string[] {
  const bad = CRASH.exec(output) ?? CHECKOUT_WORDS.exec(output);
  return bad === null ? [] : [`${name} says "${bad[0].trim()}"\n${output}`];
}

/** What a help text lists under "commands". */
function namedCommands(help: string): string[] {
  const [, list = ""] = /^commands\n((?: .*\n)+)/m.exec(help) ?? [];
  return [...list.matchAll(/^ {2}(\S+)/gm)].map(([, name = ""]) => name);
}

/** A home of its own, with a catalog that knows one lane. */
function openWorld(folder: string, name: string, upstream: Server): World {
  const home = join(folder, "home", name.replace(/\W+/g, "-"));
  const state = join(home, "state");
  mkdirSync(state, { recursive: true });
  const { port } = upstream.address() as AddressInfo;
  writeFileSync(
    join(home, "providers.yaml"),
    `providers:
  mock:
    base_url: http://127.0.0.1:${port}
    auth: { env: MOCK_KEY, header_mode: x-api-key }
routes:
  - { pattern: "*", provider: mock }
`,
  );
  writeFileSync(join(home, "quotas.json"), '{ "models": {} }\n');
  const env = ownEnvironment({
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_STATE_HOME: state,
    CCP_STATE_DIR: state,
    CCP_PORT: "0",
    CCP_PROVIDERS_FILE: join(home, "providers.yaml"),
    CCP_QUOTAS_FILE: join(home, "quotas.json"),
    MOCK_KEY: "mock",
    NO_COLOR: "1",
  });
  return { folder, home, env };
}

/** The Node that runs this stands first in PATH, for the programs' first lines; nothing of the caller's npm is left. */
function ownEnvironment(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), ...more };
}

function startUpstream(): Promise<Server> {
  const answer = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-haiku-4-5",
    content: [{ type: "text", text: "hello" }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 2 },
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
