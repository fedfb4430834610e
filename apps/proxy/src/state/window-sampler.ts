import type { WindowSample } from "@ccp/usage-store";
import type { Deps } from "../deps.ts";
import { modelUsages } from "../read-api/usage-view.ts";

const SAMPLE_EVERY_MS = 60_000;
/** A share that stands still is told again after this long: until then the last one holds. */
const REPEAT_SEC = 600;
const STILL = 0.0005;

/** Notes each minute how full the windows are: nothing else tells of shares that are past. */
export function startWindowSampler(deps: Deps): { sample(): void; stop(): void } {
  const last = new Map<string, WindowSample>();
  const sample = (): void => {
    const moved = readWindows(deps).filter((each) => {
      const key = JSON.stringify([each.lane, each.model, each.window]);
      if (isStill(each, last.get(key))) return false;
      last.set(key, each);
      return true;
    });
    if (moved.length > 0) deps.history.addWindows(moved);
  };
  sample();
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  timer.unref();
  return { sample, stop: () => clearInterval(timer) };
}

function isStill(now: WindowSample, before: WindowSample | undefined): boolean {
  if (before === undefined || now.ts - before.ts >= REPEAT_SEC || now.reset !== before.reset) return false;
  if (now.used === null || before.used === null) return now.used === before.used;
  return Math.abs(now.used - before.used) < STILL;
}

function readWindows(deps: Deps): WindowSample[] {
  const nowMs = deps.clock.wallMs();
  const ts = Math.floor(nowMs / 1000);
  const samples: WindowSample[] = [];
  for (const lane of deps.lanes.keys()) {
    for (const { name, used_pct, reset_ts, source, model } of deps.engine.laneWindows(lane, nowMs)) {
      const isDeclared = source === "header" || source === "endpoint" || source === "statusline";
      const reset = isDeclared && reset_ts !== null ? Math.round(reset_ts) : null;
      if (used_pct !== null)
        samples.push({ ts, lane, model: model ?? null, window: name, source, used: used_pct, reset });
    }
  }
  for (const [model, usage] of Object.entries(modelUsages(deps, nowMs))) {
    const of = (window: string, used: number | null): void => {
      if (used === null) return;
      samples.push({ ts, lane: usage.provider, model, window, source: "counted", used, reset: null });
    };
    of("rolling", usage.rolling_pct);
    of("weekly", usage.weekly_pct);
  }
  return samples;
}
