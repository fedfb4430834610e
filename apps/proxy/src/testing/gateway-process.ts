import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type MockOptions, type MockUpstream, startMockUpstream } from "@ccp/mock-upstream";
import { expect, onTestFinished } from "vitest";
import { CANARY, testCatalog } from "./open-test-gateway.ts";

const BIN = fileURLToPath(new URL("../../bin/ccp-gateway.mjs", import.meta.url));

/** A gateway as a process of its own. Ends with the test. */
export interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
  /** Waits for the line that names the address. */
  readonly url: () => Promise<string>;
}

/** Starts one. */
export function run(args: readonly string[], env: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: env.CCP_STATE_DIR ?? tmpdir(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exit;
  });
  const url = async (): Promise<string> => {
    await expect.poll(() => output, { timeout: 60_000, interval: 25 }).toMatch(/^ccp \S+ {2}http/m);
    return /^ccp \S+ {2}(\S+)/m.exec(output)?.[1] ?? "";
  };
  return { child, output: () => output, exit, url };
}

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "ccp-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface World {
  readonly anthropic: MockUpstream;
  readonly zai: MockUpstream;
  readonly dir: string;
  readonly env: Record<string, string>;
  readonly quotas: string;
  readonly providers: string;
}

/** Two mock lanes and the files a gateway process reads. */
export async function world(
  options: { readonly anthropic?: Partial<MockOptions>; readonly zai?: Partial<MockOptions> } = {},
): Promise<World> {
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({ lane: "anthropic", ...options.anthropic }),
    startMockUpstream({ lane: "zai", dialect: "zai", ...options.zai }),
  ]);
  onTestFinished(async () => {
    await Promise.all([anthropic.close(), zai.close()]);
  });
  const dir = tempDir();
  const providers = join(dir, "providers.yaml");
  const quotas = join(dir, "quotas.json");
  writeFileSync(providers, testCatalog({ anthropic: anthropic.url, zai: zai.url }));
  writeFileSync(
    quotas,
    JSON.stringify({ models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 100_000 } } }),
  );
  const env = {
    CCP_PORT: "0",
    CCP_STATE_DIR: dir,
    CCP_PROVIDERS_FILE: providers,
    CCP_QUOTAS_FILE: quotas,
    ZAI_API_KEY: CANARY.zai,
  };
  return { anthropic, zai, dir, env, quotas, providers };
}
