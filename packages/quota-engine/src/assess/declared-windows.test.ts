import { describe, expect, it } from "vitest";
import { buildEngine, buildReading, buildRecord, DAY, HOUR, MINUTE, ONE_CAP, T0 } from "../testing/build.ts";
import { UNDATED_BLOCK_MS } from "./declared-windows.ts";

const ask = { lane: "anthropic", model: "claude-opus-4.5", predicted: 0, nowMs: T0 };

describe("what a lane declares", () => {
  it("stays when a later reading leaves it out", () => {
    const engine = buildEngine();
    const week = buildReading({ name: "7d", lengthMs: 7 * DAY, usedRatio: 0.62, resetAtMs: T0 + 2 * DAY });
    const hours = buildReading({ usedRatio: 0.3, resetAtMs: T0 + HOUR });
    engine.observeWindows("anthropic", "claude-opus-4.5", [hours, week], T0);
    engine.observeWindows(
      "anthropic",
      "claude-opus-4.5",
      [buildReading({ usedRatio: 0.31, resetAtMs: T0 + HOUR })],
      T0 + MINUTE,
    );
    expect(engine.laneWindows("anthropic", T0 + MINUTE)).toEqual([
      {
        name: "5h",
        used_pct: 0.31,
        reset_ts: (T0 + HOUR) / 1000,
        source: "header",
        age_sec: 0,
        rate_15m_pct_per_min: expect.closeTo(0.01, 12),
      },
      { name: "7d", used_pct: 0.62, reset_ts: (T0 + 2 * DAY) / 1000, source: "header", age_sec: 60 },
    ]);
  });

  it("keeps its ratio when a reading of the same window has none, and loses it with the window", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio: 0.3, resetAtMs: T0 + HOUR })], T0);
    engine.observeWindows("anthropic", null, [buildReading({ resetAtMs: T0 + HOUR })], T0);
    expect(engine.laneWindows("anthropic", T0)[0]?.used_pct).toBe(0.3);
    engine.observeWindows("anthropic", null, [buildReading({ resetAtMs: T0 + 2 * HOUR })], T0);
    expect(engine.laneWindows("anthropic", T0)[0]?.used_pct).toBeNull();
  });

  it("is unknown once its reset has passed", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio: 0.97, resetAtMs: T0 + HOUR })], T0);
    expect(engine.laneWindows("anthropic", T0 + HOUR)).toEqual([
      { name: "5h", used_pct: null, reset_ts: null, source: "header", age_sec: 3600 },
    ]);
    expect(engine.assess({ ...ask, nowMs: T0 + HOUR }).warned).toBe(false);
  });

  it("is not moved by a reset that jitters, nor beyond what the window can mean", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [buildReading({ resetAtMs: T0 + HOUR })], T0);
    engine.observeWindows("anthropic", null, [buildReading({ resetAtMs: T0 + HOUR + 1879 })], T0);
    expect(engine.laneWindows("anthropic", T0)[0]?.reset_ts).toBe((T0 + HOUR) / 1000);
    engine.observeWindows("anthropic", null, [buildReading({ resetAtMs: T0 + 206 * HOUR })], T0);
    expect(engine.laneWindows("anthropic", T0)[0]?.reset_ts).toBe((T0 + 5 * HOUR + 15 * MINUTE) / 1000);
  });

  it.each([Number.NaN, -0.1, Number.POSITIVE_INFINITY])("has no ratio of %d", (usedRatio) => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio, resetAtMs: T0 + HOUR })], T0);
    expect(engine.laneWindows("anthropic", T0)[0]?.used_pct).toBeNull();
    expect(engine.assess(ask).blocked).toBe(false);
  });

  it("without a reset blocks for a quarter of an hour and no longer", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio: 1, status: "rejected" })], T0);
    expect(engine.assess({ ...ask, nowMs: T0 + UNDATED_BLOCK_MS - 1 }).blocked).toBe(true);
    const later = engine.assess({ ...ask, nowMs: T0 + UNDATED_BLOCK_MS });
    expect([later.blocked, later.warned]).toEqual([false, true]);
  });

  it("by a less trusted source does not replace a number just read", () => {
    const engine = buildEngine();
    const endpoint = buildReading({ source: "endpoint", usedRatio: 0.2, resetAtMs: T0 + HOUR });
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio: 0.3, resetAtMs: T0 + HOUR })], T0);
    engine.observeWindows("anthropic", null, [endpoint], T0 + 59_999);
    expect(engine.laneWindows("anthropic", T0 + 59_999)[0]).toMatchObject({
      used_pct: 0.3,
      source: "header",
    });
    engine.observeWindows("anthropic", null, [endpoint], T0 + MINUTE);
    expect(engine.laneWindows("anthropic", T0 + MINUTE)[0]).toMatchObject({
      used_pct: 0.2,
      source: "endpoint",
    });
    engine.observeWindows(
      "anthropic",
      null,
      [buildReading({ usedRatio: 0.4, resetAtMs: T0 + HOUR })],
      T0 + MINUTE,
    );
    expect(engine.laneWindows("anthropic", T0 + MINUTE)[0]).toMatchObject({
      used_pct: 0.4,
      source: "header",
    });
  });

  it("can be forgotten by an operator", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(500, T0), T0);
    engine.observeWindows("zai", null, [buildReading({ usedRatio: 1, resetAtMs: T0 + HOUR })], T0);
    expect(engine.assess({ ...ask, lane: "zai", model: "glm-4.7" }).blocked).toBe(true);
    engine.forgetWindows("zai", T0);
    const assessment = engine.assess({ ...ask, lane: "zai", model: "glm-4.7" });
    expect([assessment.blocked, assessment.rolling.usedTokens, assessment.rolling.resetAtMs]).toEqual([
      false,
      500,
      T0 + 5 * HOUR,
    ]);
  });
});

describe("a model-scoped window", () => {
  const scoped = buildReading({
    name: "7d_oi",
    lengthMs: 7 * DAY,
    scope: "model",
    status: "rejected",
    usedRatio: 1,
    resetAtMs: T0 + DAY,
  });

  it("binds the family last seen with it and no other", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", "claude-fable-5-20260101", [scoped], T0);
    expect(engine.assess({ ...ask, model: "claude-fable-5.1" }).blocked).toBe(true);
    expect(engine.assess(ask).blocked).toBe(false);
    expect(engine.laneWindows("anthropic", T0)).toEqual([
      {
        name: "7d_oi",
        used_pct: 1,
        reset_ts: (T0 + DAY) / 1000,
        source: "header",
        age_sec: 0,
        model: "claude-fable",
      },
    ]);
    engine.observeWindows("anthropic", "claude-opus-4.5", [scoped], T0);
    expect(engine.assess({ ...ask, model: "claude-fable-5.1" }).blocked).toBe(false);
    expect(engine.assess(ask).blocked).toBe(true);
  });

  it("from an endpoint binds the family that its name ends in", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [{ ...scoped, name: "7d_opus" }], T0);
    expect(engine.assess(ask).blocked).toBe(true);
    expect(engine.assess({ ...ask, model: "claude-sonnet-4.5" }).blocked).toBe(false);
  });

  it("does not move the model's own weekly window", () => {
    const engine = buildEngine();
    engine.record(buildRecord(100, T0, { lane: "anthropic", model: "claude-opus-4.5" }), T0);
    engine.observeWindows("anthropic", "claude-opus-4.5", [scoped], T0);
    expect(engine.assess(ask).weekly.resetAtMs).toBe(T0 + 7 * DAY);
  });
});

describe("a declared reset", () => {
  it("moves the windows of every model on the lane, also of those seen later", () => {
    const engine = buildEngine();
    engine.record(buildRecord(100, T0, { lane: "anthropic", model: "claude-opus-4.5" }), T0);
    engine.observeWindows("anthropic", "claude-opus-4.5", [buildReading({ resetAtMs: T0 + HOUR })], T0);
    engine.record(
      buildRecord(50, T0 + MINUTE, { lane: "anthropic", model: "claude-haiku-4.5" }),
      T0 + MINUTE,
    );
    for (const model of ["claude-opus-4.5", "claude-haiku-4.5"]) {
      expect(engine.assess({ ...ask, model, nowMs: T0 + MINUTE }).rolling.etaSec).toBe(3540);
      expect(engine.assess({ ...ask, model, nowMs: T0 + HOUR }).rolling.usedTokens).toBe(0);
    }
  });
});
