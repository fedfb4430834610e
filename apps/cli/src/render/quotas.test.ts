import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOW_SEC } from "../test-kit/run-test.ts";
import { cappedModel, lane, model, view, window } from "../test-kit/views.ts";
import { buildQuotaRows, type QuotaRow } from "../view/quota-rows.ts";
import { paintLine } from "./line.ts";
import type { Look } from "./look.ts";
import { quotaTable, renderQuotas } from "./quotas.ts";
import { textWidth } from "./text-width.ts";

const look = (columns: number, ascii = false): Look => ({ color: false, ascii, columns, timeZone: "UTC" });

function lines(usage: ReturnType<typeof view>, columns: number, ascii = false): string[] {
  const picture = { view: usage, live: true, url: "http://127.0.0.1:8082", nowSec: NOW_SEC, asOfTs: NOW_SEC };
  const text = renderQuotas(picture, buildQuotaRows(usage, NOW_SEC), look(columns, ascii));
  return text.trimEnd().split("\n");
}

const QUIET: QuotaRow = {
  lane: "zai",
  model: "all",
  window: "5h",
  usedPct: 0.5,
  usedTokens: null,
  capacityTokens: null,
  resetTs: null,
  elapsed: null,
  fullIn: { kind: "unknown" },
  source: "header",
  state: { kind: "ok" },
  refuses: false,
  note: null,
};

const ratio = fc.double({ min: 0, max: 3, noNaN: true });
const seconds = fc.integer({ min: 0, max: 3_000_000 });
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const anyModel = fc.record({ used: ratio, weekly: ratio, eta: seconds, rate: fc.option(fc.nat(1_000_000)) });

const anyView = fc
  .tuple(fc.dictionary(name, anyModel, { maxKeys: 3 }), name, fc.option(ratio), fc.option(seconds))
  .map(([models, laneName, used, reset]) =>
    view({
      lanes: { [laneName]: lane("cooldown", [window("5h", used, reset), window("month", null, null)]) },
      models: Object.fromEntries(
        Object.entries(models).map(([key, { used: pct, weekly, eta, rate }]) => [
          key,
          cappedModel(pct, weekly, {
            eta_rolling_sec: eta,
            eta_weekly_sec: eta,
            rate_15m_tokens_per_min: rate,
          }),
        ]),
      ),
    }),
  );

describe("renderQuotas", () => {
  it("is never wider than the screen, whatever the numbers and the names", () => {
    fc.assert(
      fc.property(anyView, fc.integer({ min: 20, max: 160 }), fc.boolean(), (usage, columns, ascii) => {
        for (const line of lines(usage, columns, ascii)) expect(textWidth(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it.each([80, 100, 120])(
    "keeps every state and reset readable at %d columns, however long the names",
    (columns) => {
      const usage = view({
        lanes: { "a-rather-long-lane-name": lane("ok") },
        models: {
          "a-model-whose-name-nobody-can-type-without-an-error": cappedModel(0.97, 0.4, {
            provider: "a-rather-long-lane-name",
            warn: true,
            cooldown_active: true,
            cooldown_next_ts: NOW_SEC + 599,
            rate_15m_tokens_per_min: 3000,
          }),
        },
      });
      const [rolling, weekly] = lines(usage, columns).slice(2);
      expect(rolling).toContain(" 97% ");
      expect(rolling).toContain("21:20 (1h39m)");
      expect(rolling?.endsWith("cool 599s")).toBe(true);
      expect(weekly).toMatch(/Tue (09:00 )?\(2d13h\)/);
    },
  );

  it("shows a forecast at the pace of the last quarter of an hour", () => {
    const row = (rate: number | null, eta: number) =>
      lines(
        view({ models: { m: cappedModel(0.5, 0, { rate_15m_tokens_per_min: rate, eta_rolling_sec: eta }) } }),
        120,
      )[2]?.replace(/^.*2\.00M~ +/, "");
    expect(row(null, 3600)).toMatch(/^- /);
    expect(row(0, 3600)).toMatch(/^idle /);
    expect(row(50_000, 3600)).toMatch(/^20m, 40m early /);
    expect(row(12_500, 3600)).toMatch(/^1h20m, lasts /);
    expect(row(5000, 3600)).toMatch(/^lasts /);
    expect(row(500, 604_800)).toMatch(/^>24h /);
    expect(row(50_000, 0)).toMatch(/^20m +- /);
  });

  it.each([
    [140, "20m, 40m early"],
    [80, "20m!"],
    [60, "20m!"],
  ])("never shortens the forecast to what means something else: %d columns", (columns, expected) => {
    const usage = view({
      models: {
        m: cappedModel(0.5, 0, { rate_15m_tokens_per_min: 50_000, eta_rolling_sec: 3600 }),
        "claude-a-model-whose-name-is-long": cappedModel(0.5, 0, { provider: "a-long-lane-name" }),
      },
    });
    const text = lines(usage, columns).join("\n");
    expect(/20m\S*(?: \S+ early)?/.exec(text)?.[0]).toBe(expected);
    expect(text.match(/early/g)?.length ?? 0).toBe(columns === 140 ? 2 : 0);
  });

  it("names models without what all names share before it cuts them, and never two alike", () => {
    const named = (lane: string, model: string): QuotaRow => ({
      ...QUIET,
      lane,
      model,
      resetTs: NOW_SEC + 5973,
      fullIn: { kind: "early", fullInSec: 1200, earlySec: 4773 },
      state: { kind: "cooldown", leftSec: 5973 },
    });
    const rows = [
      named("anthropic", "claude-opus-5.5"),
      named("anthropic", "claude-haiku-4.5"),
      named("anthropic", "claude-haiku-4.5-20251001"),
      named("zai", "claude-haiku-4.5"),
    ];
    const table = (columns: number) =>
      quotaTable(rows, NOW_SEC, look(columns)).map((line) => paintLine(line, look(columns)));
    expect(table(80)).toEqual([
      "LANE       MODEL            WIN  USED         FULL IN  RESETS         STATE",
      "anthropic  opus-5.5         5h   ███     50%  20m!     21:20 (1h39m)  cool 1h39m",
      "anthropic  haiku-4.5        5h   ███     50%  20m!     21:20 (1h39m)  cool 1h39m",
      "anthropic  haiku-4…0251001  5h   ███     50%  20m!     21:20 (1h39m)  cool 1h39m",
      "zai        haiku-4.5        5h   ███     50%  20m!     21:20 (1h39m)  cool 1h39m",
    ]);
    expect(table(72)).toEqual([
      "LANE       MODEL     WIN  USED         FULL IN  RESETS        STATE",
      "anthropic  opus-5.5  5h   ███     50%  20m!     21:20 (1h39…  cool 1h39m",
      "anthropic  haik…4.5  5h   ███     50%  20m!     21:20 (1h39…  cool 1h39m",
      "anthropic  haik…001  5h   ███     50%  20m!     21:20 (1h39…  cool 1h39m",
      "zai        haik…4.5  5h   ███     50%  20m!     21:20 (1h39…  cool 1h39m",
    ]);
  });

  it("tells a limit that nobody knows from one that is far", () => {
    const usage = view({
      models: { free: model({ rolling_used_tokens: 12_345 }), capped: cappedModel(0, 0) },
    });
    const [free, capped] = lines(usage, 120).slice(2);
    expect(free).toMatch(/ \? +12\.3k +12\.3k \/ \? +- +- +est +\?$/);
    expect(capped).toMatch(/ 0% +0 \/ 2\.00M~ /);
  });
});
