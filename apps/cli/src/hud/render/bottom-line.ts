import { packLine, splitLine } from "../../render/flow.ts";
import { type Line, lineWidth, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { spanText } from "../../render/quantity.ts";
import type { HudState } from "../state/hud-state.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["q", "quit"],
  ["Tab", "pane"],
  ["?", "help"],
  ["Enter", "explain"],
  ["/", "filter"],
  ["w", "window"],
  ["p", "pause"],
  ["m", "sort"],
  ["r", "refresh"],
];
const BODY_KEYS: readonly (readonly [string, string])[] = [
  ["Esc", "back"],
  ["q", "quit"],
  ["↑↓", "scroll"],
];

/** Last line: what is being typed, or the keys; at its end what there is to say. */
export function bottomLine(state: HudState, look: Look, nowMs: number): Line {
  const { ui } = state;
  if (ui.typing !== null) {
    const typed: Line = [span(" / ", "bold"), span(ui.typing), span(look.ascii ? "_" : "▏", "cool")];
    return splitLine(typed, [span("Enter keep  Esc leave ", "dim")], look.columns, look);
  }
  const note = noteOf(state, nowMs);
  const right: Line = note === null ? [] : [note, span(" ")];
  const keys = ui.body.kind === "panes" ? KEYS : BODY_KEYS;
  const parts = keys.map(([key, what], index): Line => {
    const shown = look.ascii ? key.replace("↑↓", "arrows") : key;
    return [span(`${index === 0 ? " " : ""}${shown}`, "bold"), span(` ${what}`, "dim")];
  });
  const room = look.columns - (note === null ? 0 : lineWidth(right) + 2);
  return splitLine(packLine(parts, room, look), right, look.columns, look);
}

function noteOf({ data: { link, usage }, ui, host }: HudState, nowMs: number): Line[number] | null {
  if (link.kind === "lost") {
    const age = spanText((nowMs - link.sinceMs) / 1000);
    const known = usage !== null && usage.fromLogTs === null;
    return span(known ? `gateway lost ${age}: retrying` : `no gateway at ${host}: retrying`, "block");
  }
  if (ui.hint !== null) return span(ui.hint, "cool");
  const chosen = [
    ui.filter === "" ? null : `filter ${ui.filter}`,
    ui.window === null ? null : `window ${ui.window}`,
  ].filter((one) => one !== null);
  return chosen.length === 0 ? null : span(chosen.join("  "), "cool");
}
