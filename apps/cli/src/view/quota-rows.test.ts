import { describe, expect, it } from "vitest";
import { NOW_SEC } from "../test-kit/run-test.ts";
import { cappedModel, lane, model, view, window } from "../test-kit/views.ts";
import { filterRows } from "./quota-filter.ts";
import {
  buildQuotaRows,
  laneNames,
  NO_SUCH_LANE,
  NOT_TOLD,
  OVER_SINCE,
  WAITS_FOR_MODEL,
} from "./quota-rows.ts";
import { judgeThreshold } from "./threshold.ts";

const brief = (usage: ReturnType<typeof view>) =>
  buildQuotaRows(usage, NOW_SEC).map(({ lane: of, model: name, window: win, usedPct, state }) => [
    of,
    name,
    win,
    usedPct,
    state.kind,
  ]);

describe("buildQuotaRows", () => {
  it("goes lane by lane: the account's windows, then each model with both of its windows", () => {
    const usage = view({
      lanes: { zai: lane("ok", [window("5h", 0.3, 100)]), anthropic: lane("ok", [window("7d", 0.1, 100)]) },
      models: {
        opus: model({ provider: "anthropic" }),
        "glm-5": cappedModel(0.2, 0.1),
        stray: cappedModel(0.5, 0.6, { provider: "gone" }),
      },
    });
    expect(brief(usage)).toEqual([
      ["zai", "all", "5h", 0.3, "ok"],
      ["zai", "glm-5", "5h", 0.2, "ok"],
      ["zai", "glm-5", "7d", 0.1, "ok"],
      ["anthropic", "all", "7d", 0.1, "ok"],
      ["anthropic", "opus", "5h", null, "unknown"],
      ["gone", "stray", "5h", 0.5, "disabled"],
      ["gone", "stray", "7d", 0.6, "disabled"],
    ]);
    expect(laneNames(usage)).toEqual(["zai", "anthropic", "gone"]);
  });

  it("says of a cap on a lane that the catalog does not have that it binds nothing", () => {
    const caps = { rolling_capacity_tokens: 100, weekly_capacity_tokens: null };
    const changes = {
      models: { stray: cappedModel(0.5, 0.6, { provider: "gone", rate_15m_tokens_per_min: 9000 }) },
      waiting_quotas: { "glm-*": { provider: "gone", ...caps } },
    };
    const shown = (lanes: Record<string, ReturnType<typeof lane>>) =>
      buildQuotaRows(view({ ...changes, lanes }), NOW_SEC)
        .filter((row) => row.lane === "gone")
        .map((row) => [row.usedPct, row.state.kind, row.fullIn.kind, row.note]);
    expect(shown({ zai: lane("ok") })).toEqual([
      [0.5, "disabled", "unknown", NO_SUCH_LANE],
      [0.6, "disabled", "unknown", NO_SUCH_LANE],
      [null, "disabled", "unknown", NO_SUCH_LANE],
    ]);
    // A view that names no lane at all tells nothing of the catalog.
    expect(shown({}).map(([, state]) => state)).toEqual(["ok", "ok", "unknown"]);
  });

  it("does not show a cap twice: as the model's own and as its lane's", () => {
    const counted = { ...window("5h", 0.2, 100), source: "counted" as const };
    const pool = { ...window("7d", 0.9, 100), source: "counted" as const };
    const usage = view({
      lanes: { zai: lane("ok", [counted, pool]) },
      models: { "glm-5": cappedModel(0.2, 0.1) },
    });
    expect(brief(usage).map((row) => row.slice(1, 4))).toEqual([
      ["all", "7d", 0.9],
      ["glm-5", "5h", 0.2],
      ["glm-5", "7d", 0.1],
    ]);
  });

  it("shows a model's warning and block on the window that binds", () => {
    const warned = view({ models: { "glm-5": cappedModel(0.1, 0.3, { warn: true }) } });
    expect(brief(warned).map((row) => row[4])).toEqual(["ok", "warn"]);
    const blocked = view({ models: { "glm-5": cappedModel(0.85, 0.3, { warn: true, block: true }) } });
    expect(brief(blocked).map((row) => row[4])).toEqual(["block", "ok"]);
    const both = view({ models: { "glm-5": cappedModel(0.85, 1.2, { warn: true, block: true }) } });
    expect(brief(both).map((row) => row[4])).toEqual(["warn", "block"]);
  });

  it("takes the learned threshold once it is trusted", () => {
    const learned = { warn_pct_auto: 0.48, warn_pct_confidence: 0.556 };
    const trusted = view({ models: { "glm-5": cappedModel(0.5, 0.6, { ...learned }) } });
    expect(brief(trusted).map((row) => row[4])).toEqual(["warn", "warn"]);
    const notYet = view({
      models: { "glm-5": cappedModel(0.5, 0.6, { ...learned, warn_pct_confidence: 0.333 }) },
    });
    expect(brief(notYet).map((row) => row[4])).toEqual(["ok", "ok"]);
  });

  it("shows what binds every window: a cooldown, a refused key, a lane that is off", () => {
    const cooling = view({
      models: { "glm-5": cappedModel(0.5, 0.6, { cooldown_active: true, cooldown_next_ts: NOW_SEC + 30 }) },
    });
    const [row] = buildQuotaRows(cooling, NOW_SEC);
    expect(row?.state).toEqual({ kind: "cooldown", leftSec: 30 });
    for (const state of ["auth_error", "disabled"] as const) {
      const off = view({ lanes: { zai: lane(state) }, models: { "glm-5": cappedModel(0.5, 0.6) } });
      expect(brief(off).map((one) => one[4])).toEqual([state, state]);
    }
  });

  it("shows a silent lane once, and one that is off not at all", () => {
    const usage = view({
      lanes: { a: lane("unknown"), b: lane("disabled", [], "no key"), c: lane("auth_error", [], "401") },
    });
    expect(buildQuotaRows(usage, NOW_SEC).map((row) => [row.lane, row.window, row.note])).toEqual([
      ["a", "-", "no response seen yet: send a request"],
      ["c", "-", "401"],
    ]);
  });

  it("measures countdowns and the elapsed share from the view's own time", () => {
    const usage = view({
      lanes: { anthropic: lane("ok", [window("5h", 0.5, 4500), window("month", 0.5, 4500)]) },
      models: { "glm-5": cappedModel(0.5, 0.25, { eta_rolling_sec: 0, eta_weekly_sec: 302_400 }) },
    });
    const rows = buildQuotaRows(usage, NOW_SEC);
    expect(rows.map((row) => [row.window, row.elapsed, row.resetTs])).toEqual([
      ["5h", 0.75, NOW_SEC + 4500],
      ["month", null, NOW_SEC + 4500],
      ["5h", null, null],
      ["7d", 0.5, NOW_SEC + 302_400],
    ]);
  });

  it("names windows by the lengths the gateway tells", () => {
    const usage = view({
      windows: { rolling_seconds: 10_800, weekly_seconds: 86_400 },
      models: { "glm-5": cappedModel(0.5, 0.25) },
    });
    expect(brief(usage).map((row) => row[2])).toEqual(["3h", "1d"]);
  });

  it("forecasts a declared window by its own pace, and shows the tokens that were learned of it", () => {
    const learned = {
      ...window("5h", 0.5, 9000),
      rate_15m_pct_per_min: 0.01,
      used_tokens: 190,
      capacity_tokens: 380,
    };
    const usage = view({ lanes: { anthropic: lane("ok", [learned, window("7d", 0.1, 9000)]) } });
    const shown = buildQuotaRows(usage, NOW_SEC).map((row) => [
      row.usedTokens,
      row.capacityTokens,
      row.fullIn,
    ]);
    expect(shown).toEqual([
      [190, 380, { kind: "early", fullInSec: 3000, earlySec: 6000 }],
      [null, null, { kind: "unknown" }],
    ]);
  });

  it("takes reserved tokens for used when it forecasts", () => {
    const changes = { rate_15m_tokens_per_min: 10_000, reserved_tokens: 400_000, eta_rolling_sec: 6000 };
    const [row] = buildQuotaRows(view({ models: { m: cappedModel(0.5, 0.1, changes) } }), NOW_SEC);
    expect(row?.fullIn).toEqual({ kind: "early", fullInSec: 3600, earlySec: 2400 });
  });
});

describe("rows without a forecast", () => {
  it("say nothing of when a lane fills that takes no request", () => {
    const spent = { cooldown_active: true, rate_15m_tokens_per_min: 9000 };
    const usage = view({
      lanes: {
        zai: lane("ok"),
        anthropic: lane("cooldown", [window("5h", 1, 9000), window("7d", 0.4, 9000)]),
        off: lane("disabled", [{ ...window("5h", 0.4, 9000), rate_15m_pct_per_min: 0.1 }]),
      },
      models: { "glm-4.7": cappedModel(1.2, 0.4, spent) },
    });
    const rows = buildQuotaRows(usage, NOW_SEC);
    expect(rows.map((row) => [row.lane, row.window, row.state.kind, row.fullIn.kind])).toEqual([
      ["zai", "5h", "cooldown", "unknown"],
      ["zai", "7d", "cooldown", "unknown"],
      ["anthropic", "5h", "cooldown", "unknown"],
      ["anthropic", "7d", "ok", "unknown"],
      ["off", "5h", "disabled", "unknown"],
    ]);
  });

  it("tell a window that is over from one that was never seen", () => {
    const usage = view({
      lanes: { a: lane("ok", [window("5h", null, null), { ...window("7d", null, null), age_sec: 700_000 }]) },
    });
    expect(buildQuotaRows(usage, NOW_SEC).map(({ note }) => note)).toEqual([NOT_TOLD, OVER_SINCE]);
  });

  it("wait for the first model of a quota pattern, where nothing else names their lane either", () => {
    const caps = { rolling_capacity_tokens: 100, weekly_capacity_tokens: null };
    const usage = view({ waiting_quotas: { "glm-*": { provider: "zai", ...caps } } });
    expect(laneNames(usage)).toEqual(["zai"]);
    const [row, ...others] = buildQuotaRows(usage, NOW_SEC);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ model: "glm-*", window: "5h", usedPct: null, capacityTokens: 100 });
    expect(row).toMatchObject({ state: { kind: "unknown" }, source: null, note: WAITS_FOR_MODEL });
  });
});

describe("filterRows", () => {
  const usage = view({
    lanes: { anthropic: lane("ok", [window("5h", 0.1, 1), window("7d", 0.2, 1)]), zai: lane("disabled") },
    models: { "glm-5": cappedModel(0.3, 0.4) },
  });
  const rows = buildQuotaRows(usage, NOW_SEC);
  const pick = (laneName: string | null, win: string | null) =>
    filterRows(rows, { lane: laneName, window: win }, laneNames(usage));

  it.each([
    [null, null, [0.1, 0.2, 0.3, 0.4]],
    ["zai", null, [0.3, 0.4]],
    ["anth", null, [0.1, 0.2]],
    [null, "7d", [0.2, 0.4]],
    ["zai", "5h", [0.3]],
  ])("%s %s", (laneName, win, used) => {
    const result = pick(laneName, win);
    expect(result.success && result.rows.map((row) => row.usedPct)).toEqual(used);
  });

  it("says what a filter could have meant", () => {
    expect(pick("zia", null)).toEqual({
      success: false,
      miss: { option: "--lane", value: "zia", known: ["anthropic", "zai"], meant: "zai" },
    });
    expect(pick(null, "3h")).toEqual({
      success: false,
      miss: { option: "--window", value: "3h", known: ["5h", "7d"], meant: "5h" },
    });
  });

  it("accepts any filter while there is nothing to filter", () => {
    expect(filterRows([], { lane: "zai", window: "5h" }, [])).toEqual({ success: true, rows: [] });
  });
});

describe("judgeThreshold", () => {
  const rowsAt = (...used: (number | null)[]) =>
    buildQuotaRows(
      view({
        lanes: {
          a: lane(
            "ok",
            used.map((pct, i) => window(`${i + 1}h`, pct, 1)),
          ),
        },
      }),
      NOW_SEC,
    );

  it.each([
    [[0.29], 29, "reached"],
    [[0.28999], 29, "below"],
    [[0.57, null, 0.1], 57, "reached"],
    [[1.2], 120, "reached"],
    [[0], 1, "below"],
    [[null], 1, "unknown"],
    [[], 1, "unknown"],
  ] as const)("%j against %d: %s", (used, threshold, kind) => {
    expect(judgeThreshold(rowsAt(...used), threshold).kind).toBe(kind);
  });
});
