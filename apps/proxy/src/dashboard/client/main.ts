import type {
  CalibrationWire,
  DecisionSample,
  RequestsView,
  SeriesRange,
  SeriesView,
  UsageEvent,
  UsageView,
} from "@ccp/usage-contract";
import { createCharts } from "./charts/charts.ts";
import { createControls } from "./controls.ts";
import { byId, setText } from "./dom.ts";
import { createExplainer } from "./explainer.ts";
import { createFeed } from "./feed.ts";
import { laneModels } from "./lane-model.ts";
import { REQUESTS_SHOWN, SAMPLES_SHOWN } from "./limits.ts";
import { renderCalibration } from "./panels/calibration.ts";
import { renderFigures } from "./panels/figures.ts";
import { renderLaneCards } from "./panels/lane-cards.ts";
import { renderSamples } from "./panels/samples.ts";
import { renderSpeeds } from "./panels/speeds.ts";
import { renderStream } from "./panels/stream.ts";
import { ruleWords } from "./rule-words.ts";
import { markScrolls } from "./scroll-hint.ts";
import { requestCount } from "./series-data.ts";
import { createServerClock } from "./server-clock.ts";
import { createStatus } from "./status.ts";
import { rowOf, rowOfRequest, type StreamRow, withRow } from "./stream-rows.ts";
import { tick } from "./ticker.ts";

/** What the gateway wrote into the page. */
export interface Boot {
  readonly version: string;
  readonly cli: string;
  readonly usage: UsageView;
  readonly series: SeriesView;
  readonly calibration: CalibrationWire;
  readonly rows: readonly StreamRow[];
  readonly samples: readonly DecisionSample[];
}

const boot = JSON.parse(byId("boot").textContent ?? "") as Boot;
const order = Object.keys(boot.usage.lanes);
const serverClock = createServerClock(boot.usage.demo === true);
const charts = createCharts(order);
const status = createStatus();

let usage = boot.usage;
let series = boot.series;
let rows: readonly StreamRow[] = boot.rows;
let samples: readonly DecisionSample[] = boot.samples;

const nowTs = (): number => serverClock.now(performance.now());
const explainer = createExplainer(nowTs, boot.cli);

function showUsage(view: UsageView): void {
  usage = view;
  serverClock.observe(view.ts, performance.now());
  renderLaneCards(byId("lanes"), laneModels(view), order, view.ts);
  renderFigures(byId("figures"), view, series);
  renderSpeeds(byId("speeds"), view, view.ts);
  status.describe(view, boot.version);
  showEmptiness();
  tick(document, nowTs());
}

function showSeries(view: SeriesView): void {
  series = view;
  charts.draw(view, usage);
  renderFigures(byId("figures"), usage, view);
  showEmptiness();
}

function showRows(next: readonly StreamRow[]): void {
  rows = next;
  renderStream(byId("stream"), rows, order, explainer.open);
  showEmptiness();
}

function showSamples(next: readonly DecisionSample[]): void {
  samples = next;
  renderSamples(byId("samples"), samples);
}

/** Until a request has passed, charts would be frames around nothing: the next step stands in their place. */
function showEmptiness(): void {
  const isEmpty =
    rows.length === 0 &&
    requestCount(series) === 0 &&
    Object.values(usage.models).every(({ reqs }) => reqs === 0);
  byId("empty").hidden = !isEmpty;
  byId("activity").hidden = isEmpty;
}

function takeEvent(event: UsageEvent): void {
  const row = rowOf(event);
  showRows(withRow(rows, row, REQUESTS_SHOWN));
  explainer.changed(row.rid);
  const { word, tone } = ruleWords(row.rule);
  if (tone === "alarm" && event.event === undefined)
    setText(byId("announce"), `${row.model} went to ${row.lane}: ${word}`);
}

function takeRequests({ requests }: RequestsView): void {
  const known = requests.map(rowOfRequest).filter((row) => row !== null);
  showRows(known.reduce((all, row) => withRow(all, row, REQUESTS_SHOWN), rows));
}

const feed = createFeed(
  {
    usage: showUsage,
    series: showSeries,
    calibration: (view) => renderCalibration(byId("calibration"), view),
    requests: takeRequests,
    samples: ({ decisions }) => showSamples(decisions),
    event: takeEvent,
    sample: (sample) => showSamples([sample, ...samples].slice(0, SAMPLES_SHOWN)),
    connection: status.connection,
  },
  { range: boot.series.range, pace: 5 },
);

createControls({
  pace: (seconds) => {
    status.paused(seconds === null);
    feed.setPace(seconds);
  },
  range: (range: SeriesRange) => feed.setRange(range),
  redraw: () => charts.draw(series, usage),
  split: (split) => {
    charts.setSplit(split);
    charts.draw(series, usage);
  },
  copy: () => JSON.stringify(usage, null, 2),
});

showUsage(boot.usage);
showRows(boot.rows);
showSeries(boot.series);
showSamples(boot.samples);
renderCalibration(byId("calibration"), boot.calibration);
feed.start();
// Captured, because scrolling does not bubble.
document.addEventListener("scroll", () => markScrolls(document), { capture: true, passive: true });
markScrolls(document);
setInterval(() => {
  tick(document, nowTs());
  markScrolls(document);
  status.tick();
}, 1000);
