import type {
  CalibrationWire,
  DecisionSample,
  DecisionsView,
  RequestsView,
  SeriesRange,
  SeriesView,
  UsageEvent,
  UsageView,
} from "@ccp/usage-contract";
import { applySignal, type ConnectionState, openConnection, retryDelay } from "./connection.ts";
import { REQUESTS_SHOWN, SAMPLES_SHOWN } from "./limits.ts";

/** What the page does with what it hears. */
export interface FeedHandlers {
  usage(view: UsageView): void;
  series(view: SeriesView): void;
  calibration(view: CalibrationWire): void;
  requests(view: RequestsView): void;
  samples(view: DecisionsView): void;
  event(event: UsageEvent): void;
  sample(sample: DecisionSample): void;
  connection(state: ConnectionState): void;
}

/** Where the page hears of the gateway: gentle polls, and events as they happen. */
export interface Feed {
  /** Seconds between two polls; `null` pauses everything. */
  setPace(seconds: number | null): void;
  setRange(range: SeriesRange): void;
  start(): void;
}

const ANSWER_LIMIT_MS = 8_000;
/** Charts and calibration change slowly; their answers are larger. */
const SERIES_EVERY_MS = 20_000;
const CALIBRATION_EVERY_MS = 60_000;

export async function getJson<T>(path: string): Promise<T> {
  const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()) as T;
}

export function createFeed(handlers: FeedHandlers, first: { range: SeriesRange; pace: number | null }): Feed {
  let { range, pace } = first;
  let state = openConnection(performance.now());
  let timer: ReturnType<typeof setTimeout> | undefined;
  let events: EventSource | null = null;
  let seriesAtMs = performance.now();
  let calibrationAtMs = performance.now();
  let asking = false;

  const note = (kind: "answered" | "failed"): void => {
    const wasLost = state.connection.kind === "lost";
    state = applySignal(state, { kind, atMs: performance.now() });
    handlers.connection(state);
    if (wasLost && kind === "answered") void catchUp();
  };
  const schedule = (): void => {
    clearTimeout(timer);
    if (pace === null) return;
    const wait = state.connection.kind === "lost" ? retryDelay(state.failures) : pace * 1000;
    timer = setTimeout(() => void poll(), wait);
  };
  const poll = async (): Promise<void> => {
    // A page that nobody sees asks for nothing; it catches up when it is looked at again.
    if (asking || pace === null) return;
    if (document.hidden) return schedule();
    asking = true;
    try {
      handlers.usage(await getJson<UsageView>("/v1/usage"));
      note("answered");
      await pollSlow();
      listen();
    } catch {
      note("failed");
    } finally {
      asking = false;
      schedule();
    }
  };
  const pollSlow = async (): Promise<void> => {
    const now = performance.now();
    if (now - seriesAtMs >= SERIES_EVERY_MS) await loadSeries();
    if (now - calibrationAtMs < CALIBRATION_EVERY_MS) return;
    calibrationAtMs = now;
    handlers.calibration(await getJson<CalibrationWire>("/v1/calibration"));
  };
  const loadSeries = async (): Promise<void> => {
    seriesAtMs = performance.now();
    const asked = range;
    const view = await getJson<SeriesView>(`/v1/usage/series?range=${asked}`);
    // A slow answer must not replace the range that was chosen meanwhile.
    if (asked === range) handlers.series(view);
  };
  /** What happened while nobody listened. */
  const catchUp = async (): Promise<void> => {
    try {
      handlers.requests(await getJson<RequestsView>(`/v1/requests?limit=${REQUESTS_SHOWN}`));
      handlers.samples(await getJson<DecisionsView>(`/v1/decisions?limit=${SAMPLES_SHOWN}`));
      handlers.calibration(await getJson<CalibrationWire>("/v1/calibration"));
      await loadSeries();
    } catch {
      note("failed");
      schedule();
    }
  };
  const listen = (): void => {
    // A stream that broke comes back by itself and resumes; one that was refused has to be opened anew.
    if (events !== null && events.readyState !== EventSource.CLOSED) return;
    events = new EventSource("/v1/events");
    const on = <T>(name: string, take: (value: T) => void): void =>
      events?.addEventListener(name, (message: MessageEvent<string>) => {
        const value = parse<T>(message.data);
        if (value !== null) take(value);
      });
    on<UsageEvent>("decision", handlers.event);
    on<UsageEvent>("completion", handlers.event);
    on<DecisionSample>("sample", handlers.sample);
    let wasOpen = false;
    events.addEventListener("open", () => {
      // A gateway that was started anew has no events of the old one to resume with.
      if (wasOpen) void catchUp();
      wasOpen = true;
    });
    events.addEventListener("error", () => void poll());
  };
  document.addEventListener("visibilitychange", () => void poll());

  return {
    setPace(seconds) {
      const wasPaused = pace === null;
      pace = seconds;
      clearTimeout(timer);
      if (pace === null) {
        events?.close();
        events = null;
        return;
      }
      if (wasPaused) void catchUp();
      void poll();
    },
    setRange(next) {
      range = next;
      loadSeries().then(
        () => note("answered"),
        () => note("failed"),
      );
    },
    start() {
      listen();
      schedule();
    },
  };
}

function parse<T>(data: string): T | null {
  try {
    return JSON.parse(data) as T;
  } catch {
    // A line that was cut off on the way: the next poll shows what it would have said.
    return null;
  }
}
