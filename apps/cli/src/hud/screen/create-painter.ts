import type { Look } from "../../render/look.ts";
import { renderHud } from "../render/render-hud.ts";
import type { HudState } from "../state/hud-state.ts";
import { drawScreen, type ShownScreen } from "./draw-screen.ts";
import type { HudTerminal } from "./hud-terminal.ts";

/** Four frames a second are as many as an eye can read, and few enough for a slow line. */
const FRAME_MS = 250;
/** Clocks and countdowns go on when nothing happens. */
const TICK_MS = 1000;

export interface Painter {
  /** Shows the state, at once or with the next frame. */
  show(state: HudState): void;
  /** Everything anew, as after a resize. */
  redraw(): void;
  /** The terminal takes text again. */
  drained(): void;
  stop(): void;
}

/** Draws states on a terminal, never more often than it makes sense, and never faster than the terminal takes them. */
export function createPainter(terminal: HudTerminal, look: () => Look, nowMs: () => number): Painter {
  let state: HudState | null = null;
  let shown: ShownScreen | null = null;
  let timer: NodeJS.Timeout | null = null;
  let lastMs = Number.NEGATIVE_INFINITY;
  let isBusy = false;

  function paint(): void {
    timer = null;
    if (state === null || isBusy) return;
    lastMs = nowMs();
    const { columns, rows } = terminal.size();
    const sized = { ...look(), columns };
    const drawn = drawScreen(renderHud(state, sized, rows, lastMs), sized, shown);
    shown = drawn.shown;
    if (drawn.output !== "") isBusy = !terminal.write(drawn.output);
    schedule(TICK_MS);
  }

  function schedule(ms: number): void {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(paint, ms);
  }

  /** A clock that was set back must not hold up the next frame. */
  function soon(): void {
    const passed = nowMs() - lastMs;
    if (passed >= FRAME_MS || passed < 0) paint();
    else schedule(FRAME_MS - passed);
  }

  return {
    show(next) {
      state = next;
      soon();
    },
    redraw() {
      shown = null;
      soon();
    },
    drained() {
      isBusy = false;
      soon();
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      state = null;
    },
  };
}
