/** The part of a list that is on the screen. */
export interface ListWindow {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a list around its selected row; the list's ends stay at the pane's ends.
 *
 * @param selected Index of the row that must be seen.
 */
export function listWindow(count: number, height: number, selected: number): ListWindow {
  const start = Math.max(0, Math.min(selected - Math.floor(height / 2), count - height));
  return { start, end: Math.min(count, start + height) };
}
