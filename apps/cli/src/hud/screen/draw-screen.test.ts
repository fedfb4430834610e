import { describe, expect, it } from "vitest";
import { type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { visible } from "../../test-kit/run-test.ts";
import { drawScreen } from "./draw-screen.ts";

const LOOK: Look = { color: false, ascii: false, columns: 6, timeZone: "UTC" };
const lines = (...texts: string[]): Line[] => texts.map((text) => [span(text)]);

describe("drawScreen", () => {
  it("writes the lines that differ, all of them inside one synchronised update", () => {
    const first = drawScreen(lines("one", "two", ""), LOOK, null);
    expect(visible(first.output)).toBe(String.raw`\e[?2026h\e[1;1Hone\e[K\e[2;1Htwo\e[K\e[3;1H\e[K\e[?2026l`);
    const second = drawScreen(lines("one", "TWO", ""), LOOK, first.shown);
    expect(visible(second.output)).toBe(String.raw`\e[?2026h\e[2;1HTWO\e[K\e[?2026l`);
    expect(drawScreen(lines("one", "TWO", ""), LOOK, second.shown).output).toBe("");
  });

  it("draws everything when the size has changed", () => {
    const { shown } = drawScreen(lines("one", "two"), LOOK, null);
    const wider = drawScreen(lines("one", "two"), { ...LOOK, columns: 7 }, shown).output;
    expect(wider).toContain("one");
    expect(drawScreen(lines("one", "two", "three"), LOOK, shown).output).toContain("one");
  });

  it("does not erase the last character of a full line", () => {
    const { output } = drawScreen(lines("sixsix"), LOOK, null);
    expect(visible(output)).toBe(String.raw`\e[?2026h\e[1;1H\e[2Ksixsix\e[?2026l`);
  });

  it("lets no control character through", () => {
    const { output } = drawScreen(lines("a\u001b[2J\u0007\r\nb\u009b"), LOOK, null);
    expect(visible(output)).toBe(String.raw`\e[?2026h\e[1;1Ha[2Jb\e[K\e[?2026l`);
  });
});
