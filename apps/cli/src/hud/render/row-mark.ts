import { type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";

/** A row of a list with its margin; the selected one is told by a mark and bold, never by colour alone. */
export function markRow(line: Line, isSelected: boolean, look: Look): Line {
  if (!isSelected) return [span(" "), ...line];
  const bold = line.map((part) =>
    part.tone === "plain" || part.tone === "dim" ? { ...part, tone: "bold" as const } : part,
  );
  return [span(look.ascii ? ">" : "›", "bold"), ...bold];
}
