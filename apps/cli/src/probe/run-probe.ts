import type { CliDeps } from "../cli-deps.ts";
import type { GatewayClient } from "../client/gateway-client.ts";
import { type GatewayReading, readGateway } from "./gateway-reading.ts";
import { addGap, describeRequest, type GapSample, type ProbeRequest, type ProbeRun } from "./probe-run.ts";
import type { ProbeTarget } from "./probe-target.ts";

export interface ProbeOptions {
  readonly model: string;
  readonly repeat: number;
  readonly sleepMs: number;
  readonly simulated: boolean;
  /** 0..23 of a moment, where the probe runs. */
  readonly hourOf: (nowMs: number) => number;
  readonly onRequest: (request: ProbeRequest) => void;
}

export async function askGateway(model: string, client: GatewayClient): Promise<GatewayReading> {
  const [usage, calibration] = await Promise.all([client.usage(), client.calibration()]);
  return readGateway(model, usage, calibration);
}

/**
 * Sends requests one after the other until the count is reached, a limit is met, or Ctrl-C. What was measured until
 * then is returned in every case; only a gateway that fails ends it with an error.
 */
export async function runProbe(
  options: ProbeOptions,
  target: ProbeTarget,
  client: GatewayClient,
  first: GatewayReading,
  deps: CliDeps,
): Promise<ProbeRun> {
  const start = moment(deps.nowMs(), options);
  const requests: ProbeRequest[] = [];
  let gaps: readonly GapSample[] = [];
  let before = first;
  let after = first;
  let stop: ProbeRun["stop"] = null;
  for (let index = 1; index <= options.repeat && stop === null; index += 1) {
    before = after;
    const at = moment(deps.nowMs(), options);
    try {
      const sent = await target.send(before);
      after = await askGateway(options.model, client);
      const settled = target.settle(sent, after);
      const request = describeRequest(index, at, before, settled);
      requests.push(request);
      options.onRequest(request);
      gaps = addGap(gaps, settled, after);
      stop = settled.stop;
      if (stop === null && index < options.repeat) await deps.sleep(options.sleepMs, deps.signal);
    } catch (error) {
      if (!deps.signal.aborted) throw error;
    }
    if (deps.signal.aborted) stop = "interrupted";
  }
  return {
    model: options.model,
    simulated: options.simulated,
    startedAt: start.timestamp,
    hour: start.hour,
    requests,
    gaps,
    stop,
    before,
    after,
  };
}

function moment(nowMs: number, { hourOf }: ProbeOptions): { timestamp: string; hour: number } {
  return { timestamp: `${new Date(nowMs).toISOString().slice(0, 19)}Z`, hour: hourOf(nowMs) };
}
