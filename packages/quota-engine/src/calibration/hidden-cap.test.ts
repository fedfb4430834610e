import { describe, expect, it } from "vitest";
import { buildEngine, buildLimit, buildRecord, DAY, HOUR, MINUTE, T0 } from "../testing/build.ts";

/** A plan whose real cap is 60 % of the configured one; nobody tells but its refusals. */
const CONFIGURED = 100_000;
const HIDDEN = 60_000;
const STEP = 1000;

interface WindowRun {
  readonly limited: boolean;
  /** Whether a warning stood before the plan's end came. */
  readonly warnedBefore: boolean;
  readonly warnPctAuto: number;
}

/** One 5 h window of requests, until the plan refuses or (when `heed`) the engine blocks. */
function runWindow(engine: ReturnType<typeof buildEngine>, startMs: number, heed: boolean): WindowRun {
  const ask = { lane: "zai", model: "glm-4.7", predicted: STEP };
  let served = 0;
  let warned = false;
  for (let nowMs = startMs; nowMs < startMs + 2 * HOUR; nowMs += MINUTE) {
    const assessment = engine.assess({ ...ask, nowMs });
    warned ||= assessment.warned;
    if (heed && assessment.blocked)
      return { limited: false, warnedBefore: warned, warnPctAuto: assessment.warnPctAuto };
    if (served + STEP > HIDDEN) {
      const signal = buildLimit({ window: "5h", resetAtMs: startMs + 5 * HOUR });
      engine.observeLimit({ lane: "zai", model: "glm-4.7", signal, nowMs });
      const { warnPctAuto } = engine.calibration("zai", "glm-4.7", nowMs);
      return { limited: true, warnedBefore: warned, warnPctAuto };
    }
    served += STEP;
    engine.record(buildRecord(STEP, nowMs), nowMs);
  }
  throw new Error("the window ended before the plan did");
}

describe("a hidden cap at 60 % of the configured one", () => {
  it("is learned from five limits: from then on the warning comes first, and the block keeps under it", () => {
    const engine = buildEngine({ models: { "glm-4.7": { provider: "zai", rolling_tokens: CONFIGURED } } });
    const runs = [0, 1, 2, 3, 4].map((day) => runWindow(engine, T0 + day * DAY, false));
    expect(runs.map((run) => run.limited)).toEqual([true, true, true, true, true]);
    expect(runs[0]).toEqual({ limited: true, warnedBefore: false, warnPctAuto: 0.8 });
    expect(runs[4]?.warnPctAuto).toBeCloseTo(0.48, 9);
    expect((runs[4]?.warnPctAuto ?? 1) * CONFIGURED < HIDDEN).toBe(true);
    const after = runWindow(engine, T0 + 5 * DAY, true);
    expect([after.limited, after.warnedBefore]).toEqual([false, true]);
  });
});
