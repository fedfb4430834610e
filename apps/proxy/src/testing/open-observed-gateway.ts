import { parseEnv } from "@ccp/usage-contract";
import { expect, onTestFinished, vi } from "vitest";
import { type OpenTelemetryOptions, openTelemetry } from "../telemetry/open-telemetry.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type OtlpReceiver, type OtlpSpan, openOtlpReceiver } from "./open-otlp-receiver.ts";
import { openTestGateway, type TestGateway, type TestGatewayOptions } from "./open-test-gateway.ts";

type Env = Readonly<Record<string, string>>;

/** Telemetry as a process with this environment would have it. */
export async function startTelemetry(
  env: Env,
  options: Partial<OpenTelemetryOptions> = {},
): Promise<{ telemetry: Telemetry; notices: string[] }> {
  // The exporters read the process's own environment.
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { otel } = parseEnv(env).settings;
  if (otel === null) throw new Error("the test's environment names no collector");
  const notices: string[] = [];
  const notice = (level: string, text: string): void => void notices.push(`${level}: ${text}`);
  const telemetry = await openTelemetry({ otel, version: "1.2.3", notice, ...options });
  if (telemetry === null) throw new Error(`no telemetry: ${notices.join()}`);
  return { telemetry, notices };
}

export interface ObservedGateway extends TestGateway {
  readonly receiver: OtlpReceiver;
  readonly telemetry: Telemetry;
  /** Waits until so many exchanges are settled, which is after their answers, and sends what there is. */
  readonly flush: (exchanges: number) => Promise<void>;
}

/** A gateway that tells a collector on loopback what it does. */
export async function openObservedGateway(
  options: TestGatewayOptions = {},
  env: Env = {},
): Promise<ObservedGateway> {
  const receiver = await openOtlpReceiver();
  const { telemetry } = await startTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env });
  const gateway = await openTestGateway({ ...options, telemetry });
  const flush = async (exchanges: number): Promise<void> => {
    await settled(gateway, exchanges);
    await telemetry.close(5_000);
  };
  return { ...gateway, receiver, telemetry, flush };
}

/** The gateway settles after the answer's last byte; a client may be ahead of it. */
export function settled(gateway: Pick<TestGateway, "completions">, count: number): Promise<void> {
  return expect.poll(() => gateway.completions().length, { interval: 5 }).toBe(count);
}

/** The spans of these names; there must be no others. */
export function spansNamed(receiver: OtlpReceiver, ...names: readonly string[]): (OtlpSpan | undefined)[] {
  const spans = receiver.spans();
  expect(spans.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
  return names.map((name) => spans.find((span) => span.name === name));
}
