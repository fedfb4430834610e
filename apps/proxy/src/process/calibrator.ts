import { parseProbeResults } from "@ccp/quota-engine";
import { fileReason, readSmallFile } from "@ccp/usage-store/node";
import type { Deps } from "../deps.ts";
import { markOf } from "../state/file-mark.ts";

/** Longest delay a timer of Node takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;
/** How soon the results of a probe are seen, without waiting for the tick. */
const WATCH_EVERY_MS = 2_000;

/**
 * Recomputes what was learned, and reads the probe file, at start and at each tick; also soon after that file has
 * changed. No request is ever sent for it.
 */
export function startCalibrator(deps: Deps, probePath: string): { stop(): void } {
  const probe = createProbeSource(deps, probePath);
  const tick = (): void => {
    probe.read();
    deps.engine.tick(deps.clock.wallMs());
  };
  tick();
  const timers = [
    setInterval(tick, Math.min(deps.settings.calSampleMinutes * 60_000, MAX_TIMER_MS)),
    setInterval(() => {
      if (probe.changed()) tick();
    }, WATCH_EVERY_MS),
  ];
  for (const timer of timers) timer.unref();
  return { stop: () => timers.forEach(clearInterval) };
}

interface ProbeSource {
  /** Seeds the engine with the file as it stands; with nothing once a file that was there is gone. */
  read(): void;
  changed(): boolean;
}

function createProbeSource(deps: Deps, path: string): ProbeSource {
  let mark: string | null = null;
  return {
    changed: () => markOf(path) !== mark,
    read() {
      const now = markOf(path);
      const file = readSmallFile(path);
      const text = file.kind === "text" ? file.text : null;
      const { blocks, issues } = parseProbeResults(text ?? "");
      if (text !== null || mark !== null) deps.engine.seedProbe(blocks, deps.clock.wallMs());
      // What is broken is told once, not at every tick.
      if (now !== mark) {
        if (file.kind === "invalid")
          deps.notice("warn", `${path} cannot be read: ${fileReason(file.reason)}`);
        for (const { line, message } of issues) deps.notice("warn", `${path}:${line ?? 1} ${message}`);
      }
      mark = now;
    },
  };
}
