import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { startCalibrator } from "./calibrator.ts";

const block = (p50: number): string =>
  `\`\`\`json\n[{"model":"glm-4-6","gap_seconds_p50":${p50},"gap_seconds_p95":240,"samples":6}]\n\`\`\`\n`;

/** A calibrator with its timers in the test's hand, and the probe file it reads. */
async function open(firstText: string | null, env: Readonly<Record<string, string>> = {}) {
  const { gateway, notices, clock } = await openTestGateway({
    quotas: { models: { "glm-4.6": { provider: "zai", rolling_tokens: 1000 } } },
    env,
  });
  const dir = mkdtempSync(join(tmpdir(), "ccp-test-"));
  const path = join(dir, "GLM_LIMIT_PROBE.md");
  if (firstText !== null) writeFileSync(path, firstText);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const calibrator = startCalibrator(gateway.deps, path);
  onTestFinished(() => {
    calibrator.stop();
    vi.useRealTimers();
    rmSync(dir, { recursive: true, force: true });
  });
  const gap = () => gateway.deps.engine.calibration("zai", "glm-4.6", clock.wallMs());
  return { calibrator, path, notices, gap };
}

describe("the calibrator", () => {
  it("reads the probe file at start", async () => {
    const { gap } = await open(block(180));
    expect(gap()).toMatchObject({ gapSecondsP50: 180, gapSecondsP95: 240, gapSamples: 6 });
  });

  it("sees results that come later within two seconds, and that they are gone as soon", async () => {
    const { path, gap } = await open(null);
    expect(gap().gapSamples).toBe(0);
    writeFileSync(path, block(170));
    vi.advanceTimersByTime(1_999);
    expect(gap().gapSamples).toBe(0);
    vi.advanceTimersByTime(1);
    expect(gap()).toMatchObject({ gapSecondsP50: 170, gapSamples: 6 });
    writeFileSync(path, `${block(170)}\n${block(90)}`);
    vi.advanceTimersByTime(2_000);
    expect(gap().gapSecondsP50).toBe(90);
    rmSync(path);
    vi.advanceTimersByTime(2_000);
    expect(gap().gapSamples).toBe(0);
  });

  it("ticks as often as it is told, and not after its end", async () => {
    const { calibrator, path, gap } = await open(null, { CCP_CAL_SAMPLE_MINUTES: "0.01" });
    writeFileSync(path, block(170));
    vi.advanceTimersByTime(600);
    expect(gap().gapSecondsP50).toBe(170);
    calibrator.stop();
    writeFileSync(path, block(5));
    vi.advanceTimersByTime(10_000);
    expect(gap().gapSecondsP50).toBe(170);
  });

  it("tells of a broken row once, with its line, and takes the rest", async () => {
    const { path, notices, gap } = await open(
      `| 2026-11-20T12:00:00Z | glm-4-6 | 20 | soon | - | - | 12 | 429 |\n\n${block(180)}`,
      { CCP_CAL_SAMPLE_MINUTES: "0.1" },
    );
    vi.advanceTimersByTime(60_000);
    expect(notices).toEqual([`warn: ${path}:1 expected a number or -`]);
    expect(gap().gapSecondsP50).toBe(180);
  });

  it("is no worse for a path that cannot be read", async () => {
    const { path, gap } = await open(block(180));
    rmSync(path);
    writeFileSync(path.replace("GLM_LIMIT_PROBE.md", "other"), "");
    vi.advanceTimersByTime(2_000);
    expect(gap().gapSamples).toBe(0);
  });
});
