import { type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { cutEnd } from "../../render/text-width.ts";

/** Why a pane is empty, and what would fill it. */
export function emptyLines(texts: readonly string[], look: Look, height: number): Line[] {
  return texts
    .slice(0, Math.max(0, height))
    .map((text): Line => [span(` ${cutEnd(text, look.columns - 2, look.ascii)}`, "dim")]);
}
