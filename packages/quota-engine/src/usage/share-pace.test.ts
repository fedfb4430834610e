import { describe, expect, it } from "vitest";
import { buildEngine, buildReading, buildRecord, HOUR, MINUTE, T0 } from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";
import { addReading, type SharePoint, sharePace } from "./share-pace.ts";

/** Readings of `[minute, share]`; the tokens rise with each of them by `tokens`. */
function readings(list: readonly (readonly [number, number])[], tokens = 0): SharePoint[] {
  const points: SharePoint[] = [];
  for (const [index, [minute, ratio]] of list.entries()) {
    addReading(points, { atMs: T0 + minute * MINUTE, ratio, countedTokens: index * tokens });
  }
  return points;
}

const pace = (list: readonly (readonly [number, number])[], atMinute: number, tokens = 0): number | null =>
  sharePace(readings(list, tokens), T0 + atMinute * MINUTE);

describe("the pace of a declared window", () => {
  it.each<[string, readonly (readonly [number, number])[], number, number | null]>([
    ["no reading", [], 0, null],
    ["one reading", [[0, 0.5]], 5, null],
    [
      "less than a minute",
      [
        [0, 0.5],
        [0.99, 0.75],
      ],
      1,
      null,
    ],
    [
      "a minute",
      [
        [0, 0.5],
        [1, 0.75],
      ],
      1,
      0.25,
    ],
    [
      "between the oldest and the newest, whatever lies between",
      [
        [0, 0.25],
        [1, 0.5],
        [4, 0.75],
      ],
      4,
      0.125,
    ],
    [
      "the same when nothing came for a while",
      [
        [0, 0.25],
        [4, 0.75],
      ],
      10,
      0.125,
    ],
    [
      "readings that are older than 15 minutes left out",
      [
        [0, 0],
        [10, 0.25],
        [14, 0.5],
      ],
      16,
      0.0625,
    ],
    [
      "too few that are young enough",
      [
        [0, 0],
        [14, 0.5],
      ],
      16,
      null,
    ],
    [
      "nothing used",
      [
        [0, 0.5],
        [10, 0.5],
      ],
      10,
      0,
    ],
    [
      "the window began anew",
      [
        [0, 0.75],
        [5, 0.125],
        [7, 0.25],
      ],
      7,
      0.0625,
    ],
    [
      "a fall that is no more than rounding",
      [
        [0, 0.5],
        [1, 0.49],
        [4, 0.75],
      ],
      4,
      0.0625,
    ],
    [
      "only just fallen: another window",
      [
        [0, 0.5],
        [5, 0.489],
      ],
      5,
      null,
    ],
  ])("%s", (_name, list, atMinute, expected) => {
    expect(pace(list, atMinute)).toBe(expected);
  });

  it("is unknown, not idle, where tokens were counted and the share stands still", () => {
    expect(
      pace(
        [
          [0, 0.5],
          [10, 0.5],
        ],
        10,
        900,
      ),
    ).toBeNull();
    expect(
      pace(
        [
          [0, 0.5],
          [10, 0.51],
        ],
        10,
        900,
      ),
    ).toBeCloseTo(0.001, 12);
  });

  it("keeps few readings of many, and still the oldest and the newest", () => {
    const points = readings(Array.from({ length: 9000 }, (_, index) => [index / 100, index / 10_000]));
    const at = (point: SharePoint | undefined): number => ((point?.atMs ?? 0) - T0) / MINUTE;
    expect(points.length).toBeLessThanOrEqual(32);
    expect(at(points[0])).toBeGreaterThanOrEqual(89.99 - 15);
    expect(at(points[0])).toBeLessThan(89.99 - 14);
    expect(at(points.at(-1))).toBe(89.99);
    expect(sharePace(points, T0 + 89.99 * MINUTE)).toBeCloseTo(0.01, 9);
  });
});

const RESET = T0 + 4 * HOUR;

function declare(engine: QuotaEngine, minute: number, usedRatio: number | null, resetAtMs = RESET): void {
  engine.observeWindows("zai", null, [buildReading({ usedRatio, resetAtMs })], T0 + minute * MINUTE);
}

const shown = (engine: QuotaEngine, minute: number) => engine.laneWindows("zai", T0 + minute * MINUTE)[0];

describe("a lane's window", () => {
  it("tells its pace once there is one", () => {
    const engine = buildEngine();
    declare(engine, 0, 0.25);
    expect(shown(engine, 0)).not.toHaveProperty("rate_15m_pct_per_min");
    declare(engine, 4, null);
    expect(shown(engine, 4)).not.toHaveProperty("rate_15m_pct_per_min");
    declare(engine, 8, 0.75);
    expect(shown(engine, 8)?.rate_15m_pct_per_min).toBe(0.0625);
    expect(shown(engine, 24)).not.toHaveProperty("rate_15m_pct_per_min");
  });

  it("begins anew with a new reset, and tells none once the reset has passed", () => {
    const engine = buildEngine();
    const soon = T0 + 10 * MINUTE;
    declare(engine, 0, 0.25, soon);
    declare(engine, 8, 0.5, soon);
    expect(shown(engine, 9)?.rate_15m_pct_per_min).toBe(0.03125);
    expect(shown(engine, 10)).not.toHaveProperty("rate_15m_pct_per_min");
    declare(engine, 11, 0.5);
    expect(shown(engine, 11)).not.toHaveProperty("rate_15m_pct_per_min");
    declare(engine, 13, 0.75);
    expect(shown(engine, 13)?.rate_15m_pct_per_min).toBe(0.125);
  });

  it("is unknown where the lane was used without its share moving", () => {
    const engine = buildEngine();
    declare(engine, 0, 0.5);
    engine.record(buildRecord(900, T0 + MINUTE), T0 + MINUTE);
    declare(engine, 8, 0.5);
    expect(shown(engine, 8)).not.toHaveProperty("rate_15m_pct_per_min");
  });

  it("keeps its pace over a restart, and loads a state that was saved without one", () => {
    const engine = buildEngine();
    declare(engine, 0, 0.25);
    engine.record(buildRecord(900, T0 + MINUTE), T0 + MINUTE);
    declare(engine, 8, 0.75);
    const saved = JSON.parse(JSON.stringify(engine.snapshot()));
    const restored = buildEngine();
    restored.restore(saved, T0 + 9 * MINUTE);
    expect(shown(restored, 9)).toEqual(shown(engine, 9));
    expect(shown(restored, 9)?.rate_15m_pct_per_min).toBe(0.0625);
    for (const window of saved.lanes[0].windows) delete window.readings;
    const old = buildEngine();
    expect(old.restore(saved, T0 + 9 * MINUTE)).toMatchObject({ restored: true, skipped: 0 });
    expect(shown(old, 9)).not.toHaveProperty("rate_15m_pct_per_min");
    declare(old, 12, 0.875);
    expect(shown(old, 12)).not.toHaveProperty("rate_15m_pct_per_min");
  });

  it("has tokens as soon as what a point is has been learned well enough to decide by", () => {
    const engine = buildEngine();
    const rise = (to: number): void => {
      engine.record(buildRecord(2000, T0), T0);
      declare(engine, 0, to / 100);
    };
    declare(engine, 0, 0);
    for (const to of [5, 10, 15]) rise(to);
    expect(shown(engine, 0)).not.toHaveProperty("capacity_tokens");
    for (const to of [20, 25]) rise(to);
    expect(shown(engine, 0)).toMatchObject({ used_pct: 0.25, used_tokens: 10_000, capacity_tokens: 40_000 });
    engine.record(buildRecord(500, T0 + MINUTE), T0 + MINUTE);
    expect(shown(engine, 1)).toMatchObject({ used_pct: 0.25, used_tokens: 10_500, capacity_tokens: 40_000 });
    expect(shown(engine, 240)).not.toHaveProperty("used_tokens");
  });
});
