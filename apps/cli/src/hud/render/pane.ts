import type { Line } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import type { HudState, Pane } from "../state/hud-state.ts";

/** What a pane is drawn with. */
export interface PaneInput {
  readonly state: HudState;
  /** `columns` is the pane's width. */
  readonly look: Look;
  /** Rows below the pane's title. */
  readonly height: number;
  /** This machine's clock, epoch ms. */
  readonly nowMs: number;
}

export interface DrawnPane {
  /** At most `height` lines. */
  readonly lines: readonly Line[];
  /** Beside the title: `12 of 40`; empty for nothing to say. */
  readonly note: string;
}

export interface PaneView {
  readonly pane: Pane;
  readonly title: string;
  /** Rows it would fill if it could. */
  readonly wants: (state: HudState) => number;
  readonly draw: (input: PaneInput) => DrawnPane;
}

/** Where a list is cut, the note says how much there is. */
export function countNote(shown: number, count: number): string {
  return shown < count ? `${shown} of ${count}` : "";
}
