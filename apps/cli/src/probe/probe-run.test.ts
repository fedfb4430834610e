import { describe, expect, it } from "vitest";
import type { GatewayReading } from "./gateway-reading.ts";
import { addGap, blockEntry, describeRequest, type ProbeRun, type Sent, tableRow } from "./probe-run.ts";

const READING: GatewayReading = {
  ts: 1000,
  lane: "zai",
  rollingSec: 18_000,
  usedTokens: 680,
  capacityTokens: 1000,
  headroomTokens: 320,
  declaredHeadroom: null,
  cooling: true,
  calculatedResetTs: 10_180,
  declaredResetTs: 10_000,
};
const REFUSED: Sent = { status: 429, tokens: null, stop: "limit", observedHeadroom: 0, resetTs: 10_000 };
const AT = { timestamp: "2026-11-21T19:41:07Z", hour: 19 };

/** Five requests served, the sixth refused. */
function limitedRun(changes: Partial<ProbeRun> = {}): ProbeRun {
  const served: Sent = { status: 200, tokens: 136, stop: null, observedHeadroom: null, resetTs: null };
  const requests = [1, 2, 3, 4, 5].map((index) => describeRequest(index, AT, READING, served));
  return {
    model: "glm-4-6",
    simulated: false,
    startedAt: AT.timestamp,
    hour: AT.hour,
    requests: [...requests, describeRequest(6, AT, READING, REFUSED)],
    gaps: addGap([], REFUSED, READING),
    stop: "limit",
    before: READING,
    after: READING,
    ...changes,
  };
}

describe("describeRequest", () => {
  it("tells what was calculated, what was observed, and the difference", () => {
    expect(describeRequest(6, AT, READING, REFUSED)).toEqual({
      timestamp: AT.timestamp,
      index: 6,
      status: 429,
      hour: 19,
      tokens: null,
      calc_headroom: 320,
      observed_limit: true,
      observed_headroom: 0,
      headroom_diff: 320,
    });
  });

  it("has no difference where one side is not known", () => {
    const sent = { ...REFUSED, observedHeadroom: null };
    expect(describeRequest(1, AT, READING, sent).headroom_diff).toBeNull();
    expect(describeRequest(1, AT, { ...READING, headroomTokens: null }, REFUSED).headroom_diff).toBeNull();
  });
});

describe("addGap", () => {
  it("is calculated minus observed", () => {
    expect(addGap([], REFUSED, READING)).toEqual([{ resetTs: 10_000, gapSec: 180 }]);
  });

  it("counts a reset once, however often it is told", () => {
    const once = addGap([], REFUSED, READING);
    const jittered = { ...REFUSED, resetTs: 10_020 };
    expect(addGap(once, jittered, READING)).toEqual([{ resetTs: 10_020, gapSec: 160 }]);
    expect(addGap(once, { ...REFUSED, resetTs: 28_000 }, READING)).toHaveLength(2);
  });

  it("takes nothing where one side is not known", () => {
    expect(addGap([], { ...REFUSED, resetTs: null }, READING)).toEqual([]);
    expect(addGap([], REFUSED, { ...READING, calculatedResetTs: null })).toEqual([]);
  });
});

describe("tableRow", () => {
  it("tells where the limit was met, and at which share of the cap", () => {
    expect(tableRow(limitedRun())).toEqual({
      timestamp: AT.timestamp,
      model: "glm-4-6",
      repeat: 6,
      first_429_index: 6,
      calc_headroom: 320,
      inferred_multiplier: 0.68,
      hour: 19,
      status: "429",
    });
  });

  it.each<[string, Partial<ProbeRun>]>([
    ["a dry run", { simulated: true }],
    ["a throttle", { stop: "throttled" }],
    ["a model without a cap", { before: { ...READING, capacityTokens: null } }],
    ["a window that nothing was counted in", { before: { ...READING, usedTokens: 0 } }],
    ["a limit of a longer window", { after: { ...READING, declaredResetTs: 1000 + 18_000 + 901 } }],
  ])("infers nothing from %s", (_name, changes) => {
    expect(tableRow(limitedRun(changes)).inferred_multiplier).toBeNull();
  });

  it("infers from a limit that named no reset", () => {
    expect(tableRow(limitedRun({ after: { ...READING, declaredResetTs: null } })).inferred_multiplier).toBe(
      0.68,
    );
  });

  it("shows what was left in the end when no limit was met", () => {
    const run = limitedRun({ stop: null, after: { ...READING, headroomTokens: 99.6 } });
    expect(tableRow({ ...run, requests: run.requests.slice(0, 5) })).toMatchObject({
      repeat: 5,
      first_429_index: null,
      calc_headroom: 100,
      inferred_multiplier: null,
      status: "200",
    });
  });

  it.each<[string, Partial<ProbeRun>]>([
    ["sim-429", { simulated: true }],
    ["interrupted", { stop: "interrupted" }],
    ["sim-interrupted", { stop: "interrupted", simulated: true }],
    ["rerouted", { stop: "rerouted" }],
    ["throttled", { stop: "throttled" }],
  ])("has the status %s", (status, changes) => {
    expect(tableRow(limitedRun(changes)).status).toBe(status);
  });
});

describe("blockEntry", () => {
  const known = { gap_seconds_p50: 180, gap_seconds_p95: 240, samples: 6 };

  it("is what a limit has shown", () => {
    const entry = { model: "glm-4-6", gap_seconds_p50: 180, gap_seconds_p95: 180, samples: 1 };
    expect(blockEntry(limitedRun(), null)).toEqual(entry);
    expect(blockEntry(limitedRun(), { ...known, gap_seconds_p50: 1 })).toEqual(entry);
  });

  it("keeps what is known after a dry run, or when no reset was met", () => {
    expect(blockEntry(limitedRun({ simulated: true }), known)).toEqual({ model: "glm-4-6", ...known });
    expect(blockEntry(limitedRun({ gaps: [] }), known)).toEqual({ model: "glm-4-6", ...known });
  });

  it("says so when nothing is known at all", () => {
    const nothing = { model: "glm-4-6", gap_seconds_p50: null, gap_seconds_p95: null, samples: 0 };
    expect(blockEntry(limitedRun({ gaps: [] }), null)).toEqual(nothing);
    expect(blockEntry(limitedRun({ gaps: [] }), { ...nothing, samples: 0 })).toEqual(nothing);
  });

  it("interpolates between several resets, to a tenth of a second, and never writes -0", () => {
    const gaps = [240, 120, 180].map((gapSec, i) => ({ resetTs: i * 1000, gapSec }));
    expect(blockEntry(limitedRun({ gaps }), null)).toMatchObject({
      gap_seconds_p50: 180,
      gap_seconds_p95: 234,
    });
    const tiny = blockEntry(limitedRun({ gaps: [{ resetTs: 1, gapSec: -0.0004 }] }), null);
    expect(JSON.stringify(tiny)).toContain('"gap_seconds_p50":0,');
  });
});
