import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startMockUpstream } from "@ccp/mock-upstream";
import { expect, it, onTestFinished } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { spansNamed } from "../testing/open-observed-gateway.ts";
import { openOtlpReceiver } from "../testing/open-otlp-receiver.ts";
import { testCatalog } from "../testing/open-test-gateway.ts";
import { OTEL_INSTALL } from "./load-sdk.ts";

const BIN = fileURLToPath(new URL("../../bin/ccp-gateway.mjs", import.meta.url));

/** Makes Node answer as it does where a package is not installed. */
const WITHOUT_SDK = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from "node:module";
registerHooks({
  resolve(name, context, next) {
    if (name !== "@opentelemetry/sdk-metrics") return next(name, context);
    throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: "ERR_MODULE_NOT_FOUND" });
  },
});`)}`;

async function startProcess(env: Readonly<Record<string, string>>) {
  const lanes = await Promise.all([
    startMockUpstream({ lane: "anthropic" }),
    startMockUpstream({ lane: "zai", dialect: "zai" }),
  ]);
  const dir = mkdtempSync(join(tmpdir(), "ccp-otel-"));
  const providers = join(dir, "providers.yaml");
  writeFileSync(providers, testCatalog({ anthropic: lanes[0].url, zai: lanes[1].url }));
  const child = spawn(process.execPath, [BIN], {
    env: {
      PATH: process.env.PATH ?? "",
      HOME: dir,
      CCP_PORT: "0",
      CCP_STATE_DIR: dir,
      CCP_PROVIDERS_FILE: providers,
      ZAI_API_KEY: "key",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await ended;
    await Promise.all(lanes.map((lane) => lane.close()));
    rmSync(dir, { recursive: true, force: true });
  });
  await expect.poll(() => output, { timeout: 15_000, interval: 25 }).toMatch(/^ccp \S+ {2}http/m);
  const url = /^ccp \S+ {2}(http\S+)/m.exec(output)?.[1] ?? "";
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    const [code] = await ended;
    return code as number | null;
  };
  return { url, stop, output: () => output };
}

it("a gateway that is stopped sends what it still has", async () => {
  const receiver = await openOtlpReceiver();
  const gateway = await startProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  expect((await (await postMessage(gateway.url, { model: HAIKU })).text()).length).toBeGreaterThan(0);
  expect(await gateway.stop()).toBe(0);
  const [exchange] = spansNamed(receiver, `chat ${HAIKU}`, "attempt zai");
  expect(exchange?.attributes).toMatchObject({ "ccp.lane": "zai", "gen_ai.provider.name": "z_ai" });
  expect(Object.keys(receiver.metrics())).toContain("gen_ai.client.operation.duration");
});

it("a gateway without the packages says what to install, once, and serves", async () => {
  const gateway = await startProcess({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    NODE_OPTIONS: `--import=${WITHOUT_SDK}`,
  });
  expect((await postMessage(gateway.url, { model: HAIKU })).status).toBe(200);
  expect(await gateway.stop()).toBe(0);
  expect(gateway.output().split("\n")).toContain(
    "ccp warn: OpenTelemetry is asked for but needs @opentelemetry/sdk-metrics; nothing is sent; " +
      `install it where the gateway is: ${OTEL_INSTALL}`,
  );
});
