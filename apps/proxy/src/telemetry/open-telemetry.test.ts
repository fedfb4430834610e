import { readFileSync } from "node:fs";
import { parseEnv } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { postMessage } from "../testing/messages.ts";
import { settled, startTelemetry } from "../testing/open-observed-gateway.ts";
import { openOtlpReceiver } from "../testing/open-otlp-receiver.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { missingPackage, OTEL_INSTALL } from "./load-sdk.ts";
import { openTelemetry } from "./open-telemetry.ts";

describe("a collector in trouble", () => {
  it("slows no request and is named once, when it hangs", async () => {
    const receiver = await openOtlpReceiver();
    receiver.answer = () => {};
    const { telemetry } = await startTelemetry({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: "1",
    });
    const gateway = await openTestGateway({ telemetry });
    for (let i = 0; i < 5; i++) expect((await postMessage(gateway.url)).status).toBe(200);
    await settled(gateway, 5);
    await expect.poll(() => receiver.requests.length).toBeGreaterThan(0);
    expect((await postMessage(gateway.url)).status).toBe(200);
    // Still hanging: the end must come all the same.
    await telemetry.close(50);
  });

  it("is reported in one line, without headers and URLs, and again when it is back", async () => {
    const receiver = await openOtlpReceiver();
    receiver.answer = (outgoing) => outgoing.writeHead(400).end("the collector's own words");
    const { telemetry, notices } = await startTelemetry({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=COLLECTOR-SECRET",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_BSP_SCHEDULE_DELAY: "1",
    });
    const gateway = await openTestGateway({ telemetry });
    const ask = async (count: number): Promise<void> => {
      const before = receiver.requests.length;
      await (await postMessage(gateway.url)).text();
      await settled(gateway, count);
      await expect.poll(() => receiver.requests.length).toBeGreaterThan(before);
    };
    await ask(1);
    await expect.poll(() => notices).toHaveLength(1);
    await ask(2);
    receiver.answer = (outgoing) => outgoing.writeHead(200).end("{}");
    await ask(3);
    await expect.poll(() => notices).toHaveLength(2);
    await telemetry.close(5_000);
    expect(notices).toEqual([
      "warn: the OpenTelemetry collector takes no spans (HTTP 400); serving goes on",
      "info: the OpenTelemetry collector takes spans again",
    ]);
  });

  it("may be away: requests are served, and the end is not held up", async () => {
    const { telemetry } = await startTelemetry({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
      OTEL_BSP_SCHEDULE_DELAY: "1",
    });
    const gateway = await openTestGateway({ telemetry });
    for (let i = 0; i < 3; i++) expect((await postMessage(gateway.url)).status).toBe(200);
    await settled(gateway, 3);
    await telemetry.close(50);
    expect(gateway.notices).toEqual([]);
  });
});

describe("the packages", () => {
  const otel = parseEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" }).settings.otel;

  it("may be missing: one line names what to install", async () => {
    const notices: string[] = [];
    const error = Object.assign(
      new Error("Cannot find package '@opentelemetry/sdk-trace' imported from /somewhere/load-sdk.js"),
      { code: "ERR_MODULE_NOT_FOUND" },
    );
    const telemetry = await openTelemetry({
      otel: otel ?? expect.fail("no settings"),
      version: "1",
      notice: (level, text) => void notices.push(`${level}: ${text}`),
      load: () => Promise.reject(error),
    });
    expect(telemetry).toBeNull();
    expect(notices).toEqual([
      "warn: OpenTelemetry is asked for but needs @opentelemetry/sdk-trace; nothing is sent; " +
        `install it where the gateway is: ${OTEL_INSTALL}`,
    ]);
  });

  it("may be of another version: serving goes on", async () => {
    const notices: string[] = [];
    const telemetry = await openTelemetry({
      otel: otel ?? expect.fail("no settings"),
      version: "1",
      notice: (_, text) => void notices.push(text),
      load: () => Promise.reject(new TypeError("TracerProvider is not a constructor")),
    });
    expect(telemetry).toBeNull();
    expect(notices).toEqual([
      "OpenTelemetry is asked for but failed to start: TracerProvider is not a constructor; nothing is sent",
    ]);
  });

  it("are the optional ones of the package, all of them", () => {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(text) as {
      peerDependencies: Record<string, string>;
      peerDependenciesMeta: Record<string, { optional: boolean }>;
    };
    const named = [...OTEL_INSTALL.matchAll(/(@opentelemetry\/[\w-]+)/g)].map(([, name]) => name);
    const peers = Object.keys(peerDependencies).filter((name) => name.startsWith("@opentelemetry/"));
    expect([...named].sort()).toEqual([...peers].sort());
    expect(peers.filter((name) => peerDependenciesMeta[name]?.optional !== true)).toEqual([]);
  });

  it("are not blamed for other modules that are missing", () => {
    const error = Object.assign(new Error("Cannot find package 'left-pad'"), {
      code: "ERR_MODULE_NOT_FOUND",
    });
    expect(missingPackage(error)).toBeNull();
    expect(missingPackage(new Error("x"))).toBeNull();
  });
});
