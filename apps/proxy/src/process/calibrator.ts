import { readFileSync } from "node:fs";
import { parseProbeResults } from "@ccp/quota-engine";
import type { Deps } from "../deps.ts";

/** Longest delay a timer of Node takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Recomputes what was learned, and reads the probe file, at start and at each tick. No request is ever sent for it. */
export function startCalibrator(deps: Deps, probePath: string): { stop(): void } {
  const tick = (): void => {
    const nowMs = deps.clock.wallMs();
    const text = readProbeFile(probePath);
    if (text !== null) {
      const { blocks, issues } = parseProbeResults(text);
      for (const issue of issues) deps.notice("warn", `${probePath}: ${issue.message}`);
      deps.engine.seedProbe(blocks, nowMs);
    }
    deps.engine.tick(nowMs);
  };
  tick();
  const timer = setInterval(tick, Math.min(deps.settings.calSampleMinutes * 60_000, MAX_TIMER_MS));
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function readProbeFile(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Most gateways never ran a probe.
    return null;
  }
}
