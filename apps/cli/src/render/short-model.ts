import type { Cell } from "./grid-column.ts";
import { span } from "./line.ts";
import { safeText } from "./safe-text.ts";

/**
 * A model's name without what all names share: `claude-haiku-4-5-20251001` → `haiku-4-5`. Only for lists; what is
 * explained has its whole name.
 */
export function shortModel(name: string): string {
  return withoutFamily(name).replace(/-\d{8}(?=$|\[)/, "") || name;
}

/**
 * The short form of each name of a list. A name that would then read like another one keeps its date, or stays whole.
 */
export function shortModels(names: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...new Set(names)];
  const forms = [shortModel, withoutFamily].map((shorten) => {
    const counts = new Map<string, number>();
    for (const short of all.map(shorten)) counts.set(short, (counts.get(short) ?? 0) + 1);
    return (name: string): string | null => (counts.get(shorten(name)) === 1 ? shorten(name) : null);
  });
  return new Map(
    all.map((name) => [
      name,
      forms.reduce<string | null>((short, form) => short ?? form(name), null) ?? name,
    ]),
  );
}

/** A pattern stays as it stands in the quota file. */
function withoutFamily(name: string): string {
  return name.includes("*") ? name : name.replace(/^claude-(?=.)/, "");
}

/** How a model stands in a table: whole where there is room, else without what all names share. */
export function modelCells(names: Iterable<string>): (name: string) => Cell {
  const shorts = shortModels(names);
  return (name) => ({
    spans: [span(safeText(name))],
    short: [span(safeText(shorts.get(name) ?? name))],
  });
}
