import { LANE_STATE_WORDS, type LaneTone } from "@ccp/usage-contract/core";
import type { RowState } from "../view/row-state.ts";
import { type Span, span, type Tone } from "./line.ts";
import { waitText } from "./quantity.ts";

const TONES: Readonly<Record<LaneTone, Tone>> = {
  ok: "ok",
  warn: "warn",
  bad: "block",
  quiet: "dim",
  cool: "cool",
};

/** The word says it all; the colour only helps the eye. */
export function stateSpan(state: RowState): Span {
  const { word } = LANE_STATE_WORDS[state.kind];
  const left = state.kind === "cooldown" && state.leftSec !== null ? ` ${waitText(state.leftSec)}` : "";
  return span(`${word}${left}`, stateTone(state));
}

/** Tone of the numbers beside the state. */
export function stateTone({ kind }: RowState): Tone {
  return TONES[LANE_STATE_WORDS[kind].tone];
}
