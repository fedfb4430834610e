/** Colours of charts as the page's style has them now; a canvas cannot read custom properties by itself. */
export interface Palette {
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  readonly card: string;
  readonly warn: string;
  readonly block: string;
  readonly font: string;
  readonly lane: (lane: string) => string;
}

/** Lanes beyond this share colours; a catalog of so many is read by its names. */
const LANE_COLOURS = 6;

/** The place of a lane among the page's colours: its place in the catalog, so that it never changes its colour. */
export function laneColour(lane: string, lanes: readonly string[]): number {
  const at = lanes.indexOf(lane);
  return (at < 0 ? lanes.length : at) % LANE_COLOURS;
}

export function readPalette(lanes: readonly string[]): Palette {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: get("--ink"),
    faint: get("--ink-3"),
    grid: get("--grid"),
    card: get("--card"),
    warn: get("--warn-line"),
    block: get("--block-line"),
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    lane: (lane) => get(`--lane-${laneColour(lane, lanes)}`),
  };
}

/** A colour between two, both `#rrggbb`: `share` of the first. */
export function mix(first: string, second: string, share: number): string {
  const channel = (colour: string, at: number): number => Number.parseInt(colour.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) =>
    Math.round(channel(first, at) * share + channel(second, at) * (1 - share))
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${mixed.join("")}`;
}

/** The same colour, let through: `alpha` 0..1. */
export function fade(colour: string, alpha: number): string {
  return `${colour}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, "0")}`;
}
