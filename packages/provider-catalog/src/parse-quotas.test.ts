import { describe, expect, it } from "vitest";
import { parseQuotas } from "./parse-quotas.ts";

const EXAMPLE = `{ "windows": { "rolling_seconds": 18000, "weekly_seconds": 604800 },
  "models": { "claude-haiku-4.5": { "provider": "zai", "rolling_tokens": 2000000, "weekly_limit_type": "tokens", "weekly_limit_value": 20000000, "warn_pct": 0.8 } } }`;

describe("parseQuotas", () => {
  it("reads JSON", () => {
    expect(parseQuotas(EXAMPLE)).toMatchObject({
      success: true,
      warnings: [],
      file: JSON.parse(EXAMPLE),
      config: {
        rollingMs: 18_000_000,
        weeklyMs: 604_800_000,
        models: [
          {
            key: "claude-haiku-4.5",
            lane: "zai",
            rollingTokens: 2_000_000,
            weeklyLimitType: "tokens",
            weeklyLimitValue: 20_000_000,
            warnPct: 0.8,
          },
        ],
        pools: [],
      },
    });
  });

  it("reads YAML of the same shape, in camelCase too, as the same config", () => {
    const yaml = `windows: { rollingSeconds: 18000, weekly_seconds: 604800 }
models:
  claude-haiku-4.5: { provider: zai, rollingTokens: 2000000, weekly_limit_type: tokens, weekly_limit_value: 20000000, warnPct: 0.8 }
`;
    const [a, b] = [parseQuotas(yaml), parseQuotas(EXAMPLE)];
    expect(a.success && b.success && [a.config, a.file]).toEqual(b.success && [b.config, b.file]);
  });

  it("an empty mapping has the default windows and no caps", () => {
    expect(parseQuotas("{}")).toMatchObject({
      config: { rollingMs: 18_000_000, weeklyMs: 604_800_000, models: [], pools: [] },
    });
  });

  it("folds anth", () => {
    expect(parseQuotas("pools: { p: { provider: anth, models: [claude-*] } }")).toMatchObject({
      config: { pools: [{ name: "p", lane: "anthropic", models: ["claude-*"] }] },
    });
  });

  it("keeps globs in their order beside exact names", () => {
    const result = parseQuotas("models: { glm-*: { provider: zai }, glm-4.7: { provider: zai } }");
    expect(result.success && result.config.models.map(({ key }) => key)).toEqual(["glm-*", "glm-4.7"]);
  });

  it("warns where a weekly anchor and its kind do not go together", () => {
    const text = `models:
  a: { provider: zai, weekly_kind: fixed }
  b: { provider: zai, weekly_anchor: mon 09:00 }
pools:
  p: { provider: zai, models: [c], weekly_kind: fixed, weekly_anchor: mon 09:00 }
`;
    expect(parseQuotas(text)).toMatchObject({
      warnings: [
        {
          path: "models.a.weekly_kind",
          line: 2,
          column: 36,
          message: 'fixed needs weekly_anchor, such as "mon 09:00" (UTC), to know its reset',
        },
        { path: "models.b.weekly_anchor", line: 3, message: "has no effect without weekly_kind: fixed" },
      ],
    });
  });
});

describe("a reserve", () => {
  it("is read in either spelling, for a model and for a pool", () => {
    const text = `dwellSec: 60
models: { glm-5: { provider: zai, reserve: { subagent: 0.1, background: 0.3 } } }
pools: { plan: { provider: zai, models: [glm-*], reserve: { background: 1 } } }
`;
    expect(parseQuotas(text)).toMatchObject({
      warnings: [],
      file: { dwell_sec: 60 },
      config: {
        dwellSec: 60,
        models: [{ reserve: { subagent: 0.1, background: 0.3 } }],
        pools: [{ reserve: { subagent: 0, background: 1 } }],
      },
    });
  });

  it("that lets background traffic stay longest is warned about", () => {
    const text = "models: { glm-5: { provider: zai, reserve: { subagent: 0.1 } } }";
    expect(parseQuotas(text)).toMatchObject({
      warnings: [
        {
          path: "models.glm-5.reserve",
          line: 1,
          message: "keeps background traffic longer than subagents, which a person waits for",
        },
      ],
    });
  });

  it("is a share, of classes that are known", () => {
    const text = `models:
  glm-5: { provider: zai, reserve: { subagent: 10, haiku: 0.1 } }
`;
    const result = parseQuotas(text);
    expect(result.success ? [] : result.issues.map(({ path, message }) => [path, message])).toEqual([
      ["models.glm-5.reserve.subagent", "expected a share from 0 to 1, found 10"],
      ["models.glm-5.reserve.haiku", "unknown key; expected one of subagent, background"],
    ]);
  });
});

describe("numbers that are no quota", () => {
  it.each([
    [
      "windows: { rolling_seconds: 1e12 }",
      "windows.rolling_seconds",
      "expected a whole number of seconds from 1 to 2678400, found 1000000000000",
    ],
    [
      "windows: { rolling_seconds: 700000 }",
      "windows.rolling_seconds",
      "expected the rolling window to be no longer than the weekly one, found 700000 s and 604800 s",
    ],
    [
      "models: { m: { provider: zai, weekly_limit_type: hours, weekly_limit_value: 2000 } }",
      "models.m.weekly_limit_value",
      "expected hours above 0 and up to 168, the length of the window, found 2000",
    ],
    [
      "models: { m: { provider: zai, weekly_limit_value: 2.5 } }",
      "models.m.weekly_limit_value",
      "expected a whole number of tokens (weekly_limit_type: hours counts hours), found 2.5",
    ],
    [
      "models: { m: { provider: zai, weights: { input: 1e308 } } }",
      "models.m.weights.input",
      "expected a weight from 0 to 1000, found 1e+308",
    ],
    [
      "models: { m: { provider: zai, rolling_tokens: 1e300 } }",
      "models.m.rolling_tokens",
      "expected a whole number of tokens from 1 to 1000000000000, found 1e+300",
    ],
    [
      "models: { m: { provider: zai, warn_pct: 50 } }",
      "models.m.warn_pct",
      "expected a share above 0 and up to 1, found 50 (0.8 is 80 percent)",
    ],
  ])("%s", (text, path, message) => {
    const result = parseQuotas(text);
    expect(result.success ? [] : result.issues).toMatchObject([{ path, message }]);
  });
});
