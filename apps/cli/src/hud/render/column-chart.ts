export interface ColumnChartInput {
  /** One column each; `null` and 0 stay empty, anything above 0 shows at least a sliver. */
  readonly values: readonly (number | null)[];
  /** The value that fills the whole height; 0 leaves everything empty. */
  readonly top: number;
  /** In rows. */
  readonly height: number;
  /** Of one column, the gap behind it included where there is one. */
  readonly width: number;
  readonly gap: 0 | 1;
  readonly ascii: boolean;
}

const EIGHTHS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const ASCII_EIGHTHS = [" ", ".", ".", ".", ":", ":", ":", "#", "#"];

/**
 * Standing bars.
 *
 * @returns `height` rows from the top down, each exactly `values.length × width` columns.
 */
export function columnChart({ values, top, height, width, gap, ascii }: ColumnChartInput): string[] {
  const glyphs = ascii ? ASCII_EIGHTHS : EIGHTHS;
  const eighths = values.map((value) => {
    if (value === null || value <= 0 || top <= 0) return 0;
    return Math.max(1, Math.round(Math.min(1, value / top) * height * 8));
  });
  return Array.from({ length: height }, (_, row) => {
    const below = (height - 1 - row) * 8;
    return eighths
      .map((filled) => glyphs[Math.min(8, Math.max(0, filled - below))] ?? " ")
      .map((glyph) => glyph.repeat(width - gap) + " ".repeat(gap))
      .join("");
  });
}
