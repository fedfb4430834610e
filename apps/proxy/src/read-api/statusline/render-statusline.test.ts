import { describe, expect, it } from "vitest";
import { renderStatusline } from "./render-statusline.ts";
import type { StatuslineView } from "./statusline-view.ts";

const NORMAL: StatuslineView = {
  model: "Opus 5.5",
  route: { kind: "preferred", lane: "anthropic" },
  windows: [
    { name: "5h", usedPct: 0.42, state: "ok", resetSec: 5973 },
    { name: "7d", usedPct: 0.18, state: "ok", resetSec: 220_733 },
  ],
  coolSec: null,
  others: [{ lane: "zai", window: { name: "5h", usedPct: 0.62, state: "ok", resetSec: 60 }, coolSec: null }],
  context: 0.34,
  badges: [],
};

const VIEWS: Readonly<Record<string, StatuslineView>> = {
  empty: { model: null, route: null, windows: [], coolSec: null, others: [], context: null, badges: [] },
  normal: NORMAL,
  warn: {
    ...NORMAL,
    windows: [
      { name: "5h", usedPct: 0.91, state: "warn", resetSec: 1440 },
      { name: "7d", usedPct: 0.004, state: "ok", resetSec: null },
    ],
  },
  rerouted: {
    ...NORMAL,
    model: "Haiku 4.5",
    route: { kind: "rerouted", lane: "anthropic", preferred: "zai", why: "at its cap" },
    others: [
      { lane: "zai", window: { name: "5h", usedPct: 1.04, state: "block", resetSec: 60 }, coolSec: null },
    ],
    badges: ["DEMO"],
  },
  refused: {
    ...NORMAL,
    route: { kind: "refused", retrySec: 5973 },
    windows: [],
    others: [
      {
        lane: "anthropic",
        window: { name: "5h", usedPct: 1, state: "block", resetSec: 5973 },
        coolSec: 5973,
      },
      { lane: "zai", window: { name: "7d", usedPct: 0.997, state: "warn", resetSec: null }, coolSec: null },
    ],
    badges: ["PAUSED"],
  },
  cooldown: {
    ...NORMAL,
    windows: [
      { name: "5h", usedPct: 0.08, state: "ok", resetSec: 5973 },
      { name: "7d", usedPct: 1, state: "block", resetSec: 220_733 },
    ],
    coolSec: 17_400,
    others: [
      { lane: "zai", window: { name: "5h", usedPct: 0.62, state: "ok", resetSec: 60 }, coolSec: 42 },
      { lane: "kimi", window: null, coolSec: 600 },
    ],
  },
  unknown: { ...NORMAL, windows: [], others: [], context: null },
};

describe("renderStatusline", () => {
  it.each(Object.entries(VIEWS))("shows the state %s at every width", async (name, view) => {
    const lines = [120, 80, 60, 40, 20, 8].map((columns) => {
      const line = renderStatusline(view, { columns, color: false });
      expect(line.length).toBeLessThanOrEqual(columns);
      return `${String(columns).padStart(3)} |${line}|`;
    });
    const colored = renderStatusline(view, { columns: 120, color: true }).replaceAll("\u001b", "\\e");
    await expect(`${[...lines, colored].join("\n")}\n`).toMatchFileSnapshot(`__snapshots__/${name}.txt`);
  });

  it("never rounds onto nothing or all", () => {
    const at = (usedPct: number) =>
      renderStatusline(
        { ...NORMAL, windows: [{ name: "5h", usedPct, state: "ok", resetSec: null }], others: [] },
        { columns: 120, color: false },
      );
    expect(at(0)).toContain("5h ······ 0%");
    expect(at(0.0001)).toContain("5h ▏····· <1%");
    expect(at(0.9999)).toContain("5h █████▉ 99%");
    expect(at(1.2)).toContain("5h ██████ 120%");
  });
});
