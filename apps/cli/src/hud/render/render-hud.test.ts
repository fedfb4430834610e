import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineWidth, paintLine } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { visible } from "../../test-kit/run-test.ts";
import { lane, VIEWS, view } from "../../test-kit/views.ts";
import { safeDeep } from "../data/safe-deep.ts";
import type { HudEvent } from "../state/hud-event.ts";
import type { HudState } from "../state/hud-state.ts";
import { live, NOW_MS, press, STATES, stateAfter, usage } from "../test-kit/hud-states.ts";
import { renderHud } from "./render-hud.ts";

const PLAIN: Look = { color: false, ascii: false, columns: 80, timeZone: "UTC" };
/** Long enough after the last word of the gateway to be told. */
const LATER_MS = NOW_MS + 4000;

function screen(
  state: HudState,
  columns: number,
  rows: number,
  look: Partial<Look> = {},
  nowMs = NOW_MS,
): string {
  const sized = { ...PLAIN, ...look, columns };
  const lines = renderHud(state, sized, rows, nowMs);
  expect(lines).toHaveLength(rows);
  for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(columns);
  return lines.map((line) => `${visible(paintLine(line, sized))}\n`).join("");
}

const file = (name: string): string => `__snapshots__/${name}.txt`;

describe("the live screen", () => {
  it.each(Object.entries(STATES))("shows the state %s at every size", async (name, state) => {
    const sizes = [
      [80, 24],
      [120, 40],
      [200, 60],
    ] as const;
    const screens = sizes.map(([columns, rows]) => {
      return `${columns}x${rows}\n${screen(state, columns, rows, {}, LATER_MS)}`;
    });
    screens.push(`80x24 in colour\n${screen(state, 80, 24, { color: true }, LATER_MS)}`);
    await expect(screens.join("\n")).toMatchFileSnapshot(file(name));
  });

  it("needs no character outside ASCII", async () => {
    const sizes = [
      [80, 24],
      [120, 40],
      [200, 60],
    ] as const;
    const screens = sizes.map(([columns, rows]) => screen(STATES.normal, columns, rows, { ascii: true }));
    expect([...screens.join("")].every((character) => character <= "~")).toBe(true);
    for (const key of ["?", "enter", "/", "p"]) {
      const shown = screen(press(STATES.normal, key), 80, 24, { ascii: true });
      expect([...shown].every((character) => character <= "~")).toBe(true);
    }
    await expect(screens.join("\n")).toMatchFileSnapshot(file("ascii"));
  });

  it("shows each pane on a small screen, and what the keys do", async () => {
    const shows: [string, HudState][] = [
      ["Tab", press(STATES.normal, "tab")],
      ["Tab Tab", press(STATES.normal, "tab", "tab")],
      ["Tab Tab Tab", press(STATES.normal, "tab", "tab", "tab")],
      ["Shift-Tab", press(STATES.block, "shift-tab", "down")],
      ["Enter", press(STATES.normal, "down", "down", "enter")],
      ["Enter on a sample", press(STATES.normal, "tab", "tab", "tab", "enter")],
      ["?", press(STATES.normal, "?")],
      ["/op", press(STATES.normal, "/", "o", "p")],
      ["/opus Enter w m", press(STATES.normal, "/", "o", "p", "u", "s", "enter", "w", "m")],
      ["p", stateAfter(live({ at: 0, rid: "late" }), press(STATES.normal, "p"))],
    ];
    const screens = shows.map(([name, state]) => `${name}\n${screen(state, 80, 24, {}, LATER_MS)}`);
    await expect(screens.join("\n")).toMatchFileSnapshot(file("keys"));
  });

  it("fits narrow and low screens, and says what it needs below 60x15", async () => {
    const sizes = [
      [60, 15],
      [70, 20],
      [59, 20],
      [80, 14],
      [24, 6],
      [20, 1],
    ] as const;
    const screens = sizes.map(
      ([columns, rows]) => `${columns}x${rows}\n${screen(STATES.normal, columns, rows)}`,
    );
    await expect(screens.join("\n")).toMatchFileSnapshot(file("small"));
  });

  it("has exactly the lines and the width of any screen, whatever upstreams say", () => {
    const hostile = safeDeep({
      ...VIEWS.normal,
      lanes: {
        ...VIEWS.normal.lanes,
        "ev\u001b]0;il\u0007\u202e": { state: "auth_error", windows: [], reason: "x\r\n\u009b2J" },
      },
      models: {
        ...VIEWS.normal.models,
        "a\u001b[2J漢字漢字漢字漢字漢字漢字漢字": VIEWS.warn.models["glm-4.7"],
      },
    } as typeof VIEWS.normal);
    const traffic = live({ at: NOW_MS / 1000, rid: "r\u001b[31m", model: "m\u0000\u001b[1;1H".repeat(30) });
    const states = [...Object.values(STATES), stateAfter([usage(hostile), ...safeDeep(traffic)])];
    const keys = ["tab", "shift-tab", "w", "m", "p", "down", "end", "enter", "?", "/", "x", "esc"];
    fc.assert(
      fc.property(
        fc.constantFrom(...states),
        fc.array(fc.constantFrom(...keys), { maxLength: 8 }),
        fc.integer({ min: 1, max: 210 }),
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        (state, pressed, columns, rows, ascii) => {
          const shown = screen(press(state, ...pressed), columns, rows, { ascii });
          expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([60, 120])("says what stops the gateway, above everything else: %d columns", (columns) => {
    const broken: HudEvent[] = [
      usage({ ...VIEWS.attention, failover_paused: true }),
      { kind: "ready", ready: { providers: {}, ts: 1, source: "c.yaml", error: "not valid: c.yaml" } },
    ];
    const shown = screen(stateAfter(broken), columns, 40).split("\n").slice(0, 5);
    expect(shown[0]).toContain("live");
    expect(shown.slice(1, 4)).toEqual([
      " NOT READY  not valid: c.yaml",
      " LOG  the usage log cannot be written: ENOSPC",
      " QUOTAS  1 thing is wrong in configs/quotas.json",
    ]);
    expect(shown[4]).toMatch(/^ lanes /);
    const lost = stateAfter([...broken, { kind: "lost", why: "gone" }]);
    expect(screen(lost, columns, 40)).not.toContain("NOT READY");
  });

  it("says how many lanes there was no room for, those that are off first", () => {
    const names = ["one", "two", "three", "four", "five", "six", "seven"];
    const lanes = Object.fromEntries(names.map((name, at) => [name, lane(at < 3 ? "disabled" : "ok")]));
    const line = (columns: number) =>
      screen(stateAfter([usage(view({ lanes }))]), columns, 24).split("\n")[1];
    expect(line(100)).toBe(" lanes four ok   five ok   six ok   seven ok   one off   two off   three off");
    expect(line(60)).toBe(" lanes four ok   five ok   six ok   seven ok   +3 more");
  });

  it("leaves a count out rather than half of it", () => {
    const state = press(STATES.normal, "m");
    const title = (columns: number) =>
      screen(state, columns, 15)
        .split("\n")
        .find((line) => line.includes("samples"));
    expect(title(80)).toMatch(/ by slowest, \d+ of 12 ─$/);
    expect(title(60)).toMatch(/ samples ─* \d+ of 12 ─$/);
  });
});
