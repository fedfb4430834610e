import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { startMockUpstream } from "../../packages/mock-upstream/src/index.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { writeConfiguration } from "./write-configuration.ts";

const CC = fileURLToPath(new URL("../../apps/cli/bin/cc.mjs", import.meta.url));
const MODELS = ["claude-haiku-4.5", "claude-opus-5-5"];
const REQUESTS = 60;

interface Figures {
  readonly reroutes: unknown;
  readonly refused: number;
  readonly kept: number;
  readonly rerouted: number;
}

it("a replay of a recording under its own settings refuses what the plans of the recording refused", {
  timeout: 90_000,
}, async () => {
  const usage = { pacing: { ttftMs: 1, tokensPerSec: 100_000 } };
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({ lane: "anthropic", plan: { rolling: { capTokens: 1_200 }, ...usage } }),
    startMockUpstream({ lane: "zai", dialect: "zai", plan: { rolling: { capTokens: 600 }, ...usage } }),
  ]);
  const dir = mkdtempSync(join(tmpdir(), "ccp-own-"));
  onTestFinished(async () => {
    await Promise.all([anthropic.close(), zai.close()]);
    rmSync(dir, { recursive: true, force: true });
  });
  const env = writeConfiguration(dir, anthropic, zai);
  const gateway = await startGatewayProcess(env);
  for (let number = 0; number < REQUESTS; number += 1) {
    const answer = await fetch(`${gateway.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer t" },
      body: JSON.stringify({
        model: MODELS[number % 2],
        max_tokens: 300,
        messages: [{ role: "user", content: `turn ${number}` }],
      }),
    });
    await answer.arrayBuffer();
  }
  await gateway.stop();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [CC, "simulate", "--json", "--mode", "run2cap", "--log", join(dir, "logs")],
    { env: { PATH: process.env.PATH ?? "", HOME: dir, ...env } },
  );
  const { recorded, modes } = JSON.parse(stdout) as {
    recorded: Figures;
    modes: Readonly<Record<string, Figures>>;
  };
  const { refused, kept, rerouted, reroutes } = recorded;
  expect(refused).toBeGreaterThan(5);
  expect(modes.run2cap).toMatchObject({ refused, kept, rerouted, reroutes });
});
