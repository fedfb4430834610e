import type { LaneWindow, SeriesRange, SeriesView, UsageEvent } from "@ccp/usage-contract";
import { toSample } from "@ccp/usage-store";
import type { Deps } from "../../deps.ts";
import { seriesView } from "./series-view.ts";
import { TrafficBook } from "./traffic-book.ts";
import { UsedBook } from "./used-book.ts";

/** What the book reads of the gateway. */
export type SeriesSources = Pick<Deps, "clock" | "lanes" | "engine" | "history" | "events" | "preferredLane">;

/** The last seven days as charts need them. */
export interface SeriesBook {
  /** Notes how full each window is now: nothing else tells of shares that are past. Runs by itself, too. */
  sample(): void;
  view(range: SeriesRange): SeriesView;
  close(): void;
}

const WEEK_SEC = 7 * 24 * 3600;
/** In the demo, where time runs 60 times as fast, this is one cell. */
const SAMPLE_EVERY_MS = 5_000;

/**
 * Traffic is read from the history when it is first asked for, and followed from then on: a gateway whose page
 * nobody opens does not pay for it.
 *
 * @param sources Asked for late: the book is one of the parts it reads from.
 */
export function createSeriesBook(sources: () => SeriesSources): SeriesBook {
  const used = new UsedBook();
  let traffic: TrafficBook | null = null;
  const sample = (): void => {
    const { clock, lanes, engine } = sources();
    const nowMs = clock.wallMs();
    for (const lane of lanes.keys()) {
      for (const { name, used_pct, reset_ts } of fullestByName(engine.laneWindows(lane, nowMs))) {
        used.note({ lane, window: name, usedPct: used_pct, resetTs: reset_ts }, nowMs / 1000);
      }
    }
  };
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  timer.unref();
  return {
    sample,
    view(range) {
      sample();
      traffic ??= openTraffic(sources());
      return seriesView(range, used, traffic, sources().clock.wallMs() / 1000);
    },
    close: () => clearInterval(timer),
  };
}

/** A lane may declare a window for the account and one of the same name for a model family: the fuller one binds. */
function fullestByName(windows: readonly LaneWindow[]): LaneWindow[] {
  const byName = new Map<string, LaneWindow>();
  for (const window of windows) {
    const known = byName.get(window.name);
    if (known === undefined || (window.used_pct ?? -1) > (known.used_pct ?? -1))
      byName.set(window.name, window);
  }
  return [...byName.values()];
}

function openTraffic({ history, events, clock, preferredLane }: SeriesSources): TrafficBook {
  const book = new TrafficBook(preferredLane);
  const known = new Set<string>();
  const since = Math.max(0, clock.wallMs() / 1000 - WEEK_SEC);
  for (const [model, samples] of Object.entries(history.samples({ since }))) {
    for (const sample of samples) {
      book.add(model, sample);
      known.add(sample.rid);
    }
  }
  const take = (event: UsageEvent): void => {
    const sample = toSample(event);
    if (sample !== null) book.add(event.model, sample);
  };
  // A history may write behind: what it does not show yet is among the newest events.
  for (const { event } of events.since(0)) {
    if (event.name === "completion" && !known.has(event.data.rid)) take(event.data);
  }
  events.subscribe(
    ({ event }) => {
      if (event.name === "completion") take(event.data);
    },
    () => {},
  );
  return book;
}
