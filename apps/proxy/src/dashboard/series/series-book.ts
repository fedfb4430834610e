import type {
  LaneWindow,
  SeriesRange,
  SeriesView,
  UsageEvent,
  UsageSample,
  WindowSeries,
} from "@ccp/usage-contract";
import { type HistorySample, toSample } from "@ccp/usage-store";
import { PAGE_SAMPLES, type PageStart } from "@ccp/usage-store/node";
import type { Deps } from "../../deps.ts";
import { CELL_SEC } from "./ring.ts";
import { seriesView } from "./series-view.ts";
import { TrafficBook } from "./traffic-book.ts";
import { UsedBook } from "./used-book.ts";

/** What the book reads of the gateway. */
export type SeriesSources = Pick<Deps, "clock" | "lanes" | "engine" | "history" | "events" | "preferredLane">;

/** The last seven days as charts need them. */
export interface SeriesBook {
  /** Notes how full each window is now: nothing else tells of shares that are past. Runs by itself, too. */
  sample(): void;
  /** Resolves once what happened before this process is in it. */
  ready(): Promise<void>;
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
  let traffic: Traffic | null = null;
  const open = (): Traffic => {
    traffic ??= openTraffic(sources(), used);
    return traffic;
  };
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
    ready: () => open().isFilled,
    view(range) {
      sample();
      return seriesView(range, used, open().book, sources().clock.wallMs() / 1000);
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

interface Traffic {
  readonly book: TrafficBook;
  readonly isFilled: Promise<void>;
}

function openTraffic({ history, events, clock, preferredLane }: SeriesSources, used: UsedBook): Traffic {
  const book = new TrafficBook(preferredLane);
  // The history and the events tell of the same exchanges where they meet.
  let known: Set<string> | null = new Set();
  const take = (model: string, sample: UsageSample): void => {
    if (known?.has(sample.rid)) return;
    known?.add(sample.rid);
    book.add(model, sample);
  };
  const follow = (event: UsageEvent): void => {
    const sample = toSample(event);
    if (sample !== null) take(event.model, sample);
  };
  for (const { event } of events.since(0)) if (event.name === "completion") follow(event.data);
  events.subscribe(
    ({ event }) => {
      if (event.name === "completion") follow(event.data);
    },
    () => {},
  );
  const since = Math.max(0, clock.wallMs() / 1000 - WEEK_SEC);
  const isFilled = Promise.all([fill(history, since, take), fillUsed(history, since, used)]).then(() => {
    known = null;
  });
  return { book, isFilled };
}

/** Shares of the windows of lanes before this process; those of single models are another matter. */
async function fillUsed(history: SeriesSources["history"], since: number, used: UsedBook): Promise<void> {
  const answer = await history.ask({ kind: "windows", query: { since, step: CELL_SEC } });
  const { windows } = JSON.parse(answer) as { windows: WindowSeries[] };
  for (const { lane, window, ts, used_pct } of windows) {
    if (window === "rolling" || window === "weekly") continue;
    const points = ts.map((each, at) => ({ ts: each, usedPct: used_pct[at] ?? null }));
    used.fill(lane, window, points);
  }
}

async function fill(
  history: SeriesSources["history"],
  since: number,
  take: (model: string, sample: UsageSample) => void,
): Promise<void> {
  for (let after: PageStart = { ts: since, rid: "" }; ; ) {
    const page = JSON.parse(await history.ask({ kind: "page", after })) as HistorySample[];
    for (const { model, sample } of page) take(model, sample);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_SAMPLES) return;
    after = { ts: last.sample.ts, rid: last.sample.rid };
  }
}
