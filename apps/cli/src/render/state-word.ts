import type { RowState } from "../view/row-state.ts";
import { type Span, span, type Tone } from "./line.ts";
import { waitText } from "./quantity.ts";

const WORDS: Readonly<Record<Exclude<RowState["kind"], "cooldown">, readonly [string, Tone]>> = {
  ok: ["ok", "ok"],
  warn: ["warn", "warn"],
  block: ["BLOCK", "block"],
  unknown: ["?", "dim"],
  disabled: ["off", "dim"],
  auth_error: ["auth", "block"],
};

/** The word says it all; the colour only helps the eye. */
export function stateSpan(state: RowState): Span {
  if (state.kind !== "cooldown") return span(...WORDS[state.kind]);
  return span(state.leftSec === null ? "cool" : `cool ${waitText(state.leftSec)}`, "cool");
}

/** Tone of the numbers beside the state. */
export function stateTone(state: RowState): Tone {
  return state.kind === "cooldown" ? "cool" : WORDS[state.kind][1];
}
