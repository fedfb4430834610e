const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

export interface BarInput {
  /** 0..1 and beyond; `null` is unknown and leaves the track empty. */
  readonly ratio: number | null;
  /** Share of the window's time that is over, 0..1; `null` where the window's start is unknown. */
  readonly elapsed: number | null;
  readonly width: number;
  readonly ascii: boolean;
}

/**
 * A bar that fills up with use, with a tick where the use would be at an even pace. Ratios above 1 fill it;
 * anything above 0 shows at least a sliver.
 *
 * @returns Exactly `width` columns.
 */
export function barText({ ratio, elapsed, width, ascii }: BarInput): string {
  if (ratio === null) return "?".padEnd(width);
  const filled = Math.min(1, Math.max(0, ratio)) * width;
  const cells = Array.from({ length: width }, (_, index) => cellAt(index, filled, ascii));
  if (elapsed !== null) {
    const tick = Math.min(width - 1, Math.max(0, Math.floor(elapsed * width)));
    cells[tick] = ascii ? "|" : "╎";
  }
  return cells.join("");
}

function cellAt(index: number, filled: number, ascii: boolean): string {
  const part = filled - index;
  if (part >= 1) return ascii ? "#" : "█";
  if (ascii) return part >= 0.5 || (index === 0 && part > 0) ? "#" : "-";
  const eighths = Math.max(index === 0 && part > 0 ? 1 : 0, Math.floor(part * 8));
  return EIGHTHS[Math.max(0, eighths)] || " ";
}

const LEVELS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const ASCII_LEVELS = ["_", ".", "-", "=", "+", "*", "%", "#"];

/** One column a value, scaled to the largest; `null` leaves a gap. */
export function sparkText(values: readonly (number | null)[], ascii: boolean): string {
  const levels = ascii ? ASCII_LEVELS : LEVELS;
  const top = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null) return " ";
      const level = top === 0 ? 0 : Math.round((Math.max(0, value) / top) * (levels.length - 1));
      return levels[level] ?? " ";
    })
    .join("");
}
