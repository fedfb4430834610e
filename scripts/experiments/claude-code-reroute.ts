// Runs the real Claude Code through a gateway whose lane changes in the middle of its tool loop, and back.
//
//   npm i --prefix /tmp/claude @anthropic-ai/claude-code
//   node_modules/.ccp-node --conditions=ccp-source scripts/experiments/claude-code-reroute.ts \
//     /tmp/claude/node_modules/@anthropic-ai/claude-code-linux-x64/claude
//
// Both lanes are mocks that refuse foreign signatures, bad tool ids and orphan results, as the vendors do.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type MockUpstream,
  reply,
  type Step,
  startMockUpstream,
  status,
} from "../../packages/mock-upstream/src/index.ts";
import { repoRoot } from "../lib/workspace.ts";

const LIMIT_SEC = 3;
const [claude] = process.argv.slice(2);
if (claude === undefined) throw new Error("usage: claude-code-reroute.ts PATH_OF_CLAUDE");

function step(lane: string, command: string): Step {
  const id = lane === "zai" ? "functions.Bash|1:0" : "toolu_01first";
  return reply({
    blocks: [
      { type: "thinking", thinking: `${lane} thinks` },
      { type: "text", text: `${lane} runs a command` },
      { type: "tool_use", name: "Bash", input: { command, description: "says a word" }, id },
    ],
  });
}

function limit(): Step {
  return status(
    429,
    { type: "error", error: { type: "rate_limit_error", message: "This request would exceed your limit" } },
    {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-5h-status": "rejected",
      "anthropic-ratelimit-unified-5h-reset": String(Math.ceil(Date.now() / 1000) + LIMIT_SEC),
      "retry-after": String(LIMIT_SEC),
    },
  );
}

async function run(): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), "ccp-claude-"));
  const anthropic = await startMockUpstream({ strict: {} });
  const zai = await startMockUpstream({ dialect: "zai", strict: {} });
  anthropic.script(step("anthropic", "echo one"), () => limit(), reply({ text: "both commands have run" }));
  zai.script(step("zai", `sleep ${LIMIT_SEC + 2}; echo two`));
  const gateway = startGateway(home, anthropic, zai);
  try {
    const answer = await askClaude(home, await gateway.url);
    const lines = readFileSync(join(home, "state/logs/usage.jsonl"), "utf8").trimEnd().split("\n");
    const ends = lines.map((line) => JSON.parse(line)).filter((event) => event.event === undefined);
    for (const end of ends) console.log(end.lane, end.status, `retry=${end.retry}`, end.repairs.join(" "));
    console.log(JSON.parse(answer).result);
    const lanes = ends.map((end) => end.lane).join(" ");
    const isClean = ends.every((end) => end.status === 200 && !end.retry);
    return isClean && lanes === "anthropic zai anthropic" && answer.includes("both commands have run");
  } finally {
    await gateway.stop();
    await Promise.all([anthropic.close(), zai.close()]);
    rmSync(home, { recursive: true });
  }
}

function startGateway(home: string, anthropic: MockUpstream, zai: MockUpstream) {
  const catalog = join(home, "providers.yaml");
  writeFileSync(
    catalog,
    `providers:
  anthropic: { base_url: "${anthropic.url}", header_mode: passthrough }
  zai: { base_url: "${zai.url}", key_env: ZAI_API_KEY, extractor: zai, dialect: zai, model_map: { "*": glm-5 } }
routes:
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`,
  );
  mkdirSync(join(home, "state"));
  const child = spawn(
    join(repoRoot, "node_modules/.ccp-node"),
    ["--conditions=ccp-source", join(repoRoot, "apps/proxy/src/main.ts"), "--port", "0"],
    {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        CCP_PROVIDERS_FILE: catalog,
        CCP_STATE_DIR: join(home, "state"),
        ZAI_API_KEY: "key",
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const url = new Promise<string>((resolve, reject) => {
    let printed = "";
    child.stdout.on("data", (chunk) => {
      printed += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once("exit", () => reject(new Error(`the gateway did not start: ${printed}`)));
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = (): Promise<void> => {
    child.kill("SIGTERM");
    return ended;
  };
  return { url, stop };
}

function askClaude(home: string, url: string): Promise<string> {
  const options = [
    "--output-format",
    "json",
    "--permission-mode",
    "acceptEdits",
    "--allowedTools",
    "Bash Read Write",
  ];
  const child = spawn(claude ?? "", ["-p", "run two commands", ...options], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_AUTH_TOKEN: "dummy",
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_TELEMETRY: "1",
      DISABLE_ERROR_REPORTING: "1",
      IS_SANDBOX: "1",
    },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 60_000,
  });
  return new Promise((resolve) => {
    let printed = "";
    child.stdout.on("data", (chunk) => {
      printed += chunk;
    });
    child.once("close", () => resolve(printed));
  });
}

const isWhole = await run();
console.log(isWhole ? "ok: the loop went over both lanes and back" : "FAILED");
process.exitCode = isWhole ? 0 : 1;
