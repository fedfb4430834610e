import { CELL_SEC, CellRing, cellOf } from "./ring.ts";

/** A window as it stands at one instant. */
export interface UsedReading {
  readonly lane: string;
  readonly window: string;
  /** 0..1 and beyond; `null` is unknown. */
  readonly usedPct: number | null;
  /** Epoch seconds. */
  readonly resetTs: number | null;
}

interface Track {
  readonly cells: CellRing<number>;
  readonly resets: number[];
  lastPct: number | null;
  lastTs: number;
  lastResetTs: number | null;
}

/** A pause of the sampler up to this many cells is bridged; a longer one was a stop of the gateway. */
const BRIDGED_CELLS = 4;
/** A share under this falls by chance when single requests leave a sliding window. */
const MIN_RESET_PCT = 0.05;
const MAX_RESETS = 60;

/** Used shares of windows over time. */
export class UsedBook {
  readonly #tracks = new Map<string, Map<string, Track>>();

  note({ lane, window, usedPct, resetTs }: UsedReading, ts: number): void {
    const track = this.#track(lane, window);
    if (usedPct !== null) {
      noteReset(track, usedPct, ts);
      const cell = cellOf(ts);
      bridge(track, cell);
      track.cells.set(cell, Math.max(usedPct, track.cells.get(cell) ?? 0));
    }
    track.lastPct = usedPct;
    track.lastTs = ts;
    track.lastResetTs = resetTs;
  }

  /** Takes in what is known of a time before this book, oldest first; what it has noted itself stays. */
  fill(
    lane: string,
    window: string,
    points: readonly { readonly ts: number; readonly usedPct: number | null }[],
  ): void {
    const before = new UsedBook();
    for (const { ts, usedPct } of points) before.note({ lane, window, usedPct, resetTs: null }, ts);
    const past = before.#track(lane, window);
    const track = this.#track(lane, window);
    for (const [cell, share] of past.cells.entries())
      track.cells.set(cell, Math.max(share, track.cells.get(cell) ?? 0));
    const firstNoted = track.resets[0] ?? Number.POSITIVE_INFINITY;
    track.resets.unshift(...past.resets.filter((ts) => ts < firstNoted - CELL_SEC));
  }

  lanes(): IterableIterator<string> {
    return this.#tracks.keys();
  }

  windows(lane: string): string[] {
    return [...(this.#tracks.get(lane)?.keys() ?? [])];
  }

  share(lane: string, window: string, cell: number): number | null {
    return this.#tracks.get(lane)?.get(window)?.cells.get(cell) ?? null;
  }

  resets(lane: string, window: string, sinceTs: number): number[] {
    return (
      this.#tracks
        .get(lane)
        ?.get(window)
        ?.resets.filter((ts) => ts >= sinceTs) ?? []
    );
  }

  #track(lane: string, window: string): Track {
    const windows = this.#tracks.get(lane) ?? new Map<string, Track>();
    this.#tracks.set(lane, windows);
    const found = windows.get(window);
    if (found !== undefined) return found;
    const track: Track = { cells: new CellRing(), resets: [], lastPct: null, lastTs: 0, lastResetTs: null };
    windows.set(window, track);
    return track;
  }
}

/** A share that falls by more than half began anew: at its reset where that is known to have just passed. */
function noteReset(track: Track, usedPct: number, ts: number): void {
  const { lastPct, lastTs, lastResetTs } = track;
  if (lastPct === null || lastPct < MIN_RESET_PCT || usedPct > lastPct / 2) return;
  const declared = lastResetTs !== null && lastResetTs > lastTs && lastResetTs <= ts;
  track.resets.push(declared ? lastResetTs : ts);
  if (track.resets.length > MAX_RESETS) track.resets.shift();
}

function bridge(track: Track, cell: number): void {
  if (track.lastPct === null) return;
  const last = cellOf(track.lastTs);
  if (cell - last > BRIDGED_CELLS) return;
  for (let at = last + 1; at < cell; at += 1) track.cells.set(at, track.lastPct);
}
