import { cutLine, type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { stateSpan } from "../../render/state-word.ts";
import { laneState } from "../../view/row-state.ts";
import { gatewaySec, type HudState, type Pane, shownData, shownMs } from "../state/hud-state.ts";
import { activityLine } from "./activity-line.ts";
import { alertLines } from "./alert-lines.ts";
import { bottomLine } from "./bottom-line.ts";
import { explainExchange, explainSample } from "./explain.ts";
import { helpLines } from "./help-page.ts";
import { lanesLine } from "./lanes-line.ts";
import { latencyPane } from "./latency-pane.ts";
import type { PaneView } from "./pane.ts";
import { type Band, placeBands, titleLine } from "./place-panes.ts";
import { quotasPane } from "./quotas-pane.ts";
import { recentPane } from "./recent-pane.ts";
import { samplesPane } from "./samples-pane.ts";
import { speedsPane } from "./speeds-pane.ts";
import { tokensPane } from "./tokens-pane.ts";
import { topLine } from "./top-line.ts";

/** The size of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Below this nothing useful can be laid out. */
export const MIN_SIZE: Size = { columns: 60, rows: 15 };

/**
 * The whole screen.
 *
 * @param look Colours and characters; its width is that of the screen.
 * @param nowMs This machine's clock, epoch ms.
 * @returns Exactly `rows` lines, none wider than the screen. A picture that is not live is dim all over.
 */
export function renderHud(state: HudState, look: Look, rows: number, nowMs: number): Line[] {
  if (look.columns < MIN_SIZE.columns || rows < MIN_SIZE.rows) return tooSmall(state, look, rows, nowMs);
  const { body } = state.ui;
  const room = rows - 2;
  const lines =
    body.kind === "panes"
      ? panes(state, look, room, nowMs)
      : page(state, look, room, nowMs).map((line) => cutLine(line, look.columns, look));
  const shown = isStale(state) ? lines.map(dim) : lines;
  const filled = [...shown, ...Array.from({ length: Math.max(0, room - shown.length) }, (): Line => [])];
  return [topLine(state, look, nowMs), ...filled.slice(0, room), bottomLine(state, look, nowMs)];
}

/** Numbers that are no longer true must not look as if they were. */
function isStale({ data: { link, usage }, ui }: HudState): boolean {
  return ui.paused === null && (link.kind === "lost" || (usage !== null && usage.fromLogTs !== null));
}

function dim(line: Line): Line {
  return line.map(({ text }) => span(text, "dim"));
}

function panes(state: HudState, look: Look, rows: number, nowMs: number): Line[] {
  if (look.columns >= 170 && rows >= 40) return largePanes(state, look, rows, nowMs);
  const head = [...alertLines(state, look), lanesLine(state, look, nowMs), activityLine(state, look, nowMs)];
  if (look.columns >= 100 && rows >= 30) {
    return [...head, ...placeBands(mediumBands(state, look), state, look, rows - head.length, nowMs)];
  }
  return [...head, ...smallPanes(state, look, rows - head.length, nowMs)];
}

function mediumBands(state: HudState, look: Look): Band[] {
  const grows = (pane: Pane, least: number, most: number) => (state.ui.pane === pane ? most : least);
  return [
    { panes: [quotasPane], min: 3, max: grows("quotas", 10, 30) },
    {
      panes: [latencyPane, speedsPane],
      firstWidth: Math.floor((look.columns - 2) * 0.55),
      min: 5,
      max: state.ui.pane === "latency" || state.ui.pane === "speeds" ? 17 : 9,
    },
    { panes: [samplesPane], min: 2, max: grows("samples", 5, 20) },
    { panes: [recentPane], min: 8, max: 60 },
  ];
}

function largePanes(state: HudState, look: Look, rows: number, nowMs: number): Line[] {
  const firstWidth = Math.max(112, Math.floor(look.columns * 0.58));
  const grows = (pane: Pane, least: number, most: number) => (state.ui.pane === pane ? most : least);
  const bands: Band[] = [
    { panes: [quotasPane, latencyPane], firstWidth, min: 12, max: grows("quotas", 17, 30) },
    { panes: [speedsPane, tokensPane], firstWidth, min: 7, max: grows("speeds", 10, 20) },
    { panes: [recentPane, samplesPane], firstWidth, min: 10, max: 200 },
  ];
  const head = [...alertLines(state, look), lanesLine(state, look, nowMs)];
  return [...head, ...placeBands(bands, state, look, rows - head.length, nowMs)];
}

const TABS: readonly { readonly view: PaneView; readonly text: string }[] = [
  { view: recentPane, text: "recent" },
  { view: speedsPane, text: "speeds" },
  { view: latencyPane, text: "latency" },
  { view: samplesPane, text: "samples" },
];

/** Quotas above, and below them the one pane that Tab has chosen. */
function smallPanes(state: HudState, look: Look, rows: number, nowMs: number): Line[] {
  const { lower, pane } = state.ui;
  const share = pane === "quotas" ? 0.65 : 0.4;
  const upper = Math.min(1 + quotasPane.wants(state), Math.max(4, Math.floor(rows * share)));
  const view = TABS.find((tab) => tab.view.pane === lower)?.view ?? recentPane;
  const height = rows - upper - 1;
  const drawn = view.draw({ state, look, height, nowMs });
  const tabs = TABS.map((tab) => ({ pane: tab.view.pane, text: tab.text }));
  const band: Band = { panes: [quotasPane], min: upper - 1, max: upper - 1 };
  return [
    ...placeBands([band], state, look, upper, nowMs),
    titleLine(tabs, drawn.note, state, look, lower),
    ...drawn.lines.map((line) => cutLine(line, look.columns, look)),
  ];
}

function page(state: HudState, look: Look, rows: number, nowMs: number): Line[] {
  const { body } = state.ui;
  const data = shownData(state);
  if (body.kind === "panes") return [];
  if (body.kind === "help") return scrolled(helpLines(look), body.scroll, rows);
  const nowSec = gatewaySec(data, shownMs(state, nowMs));
  if (body.kind === "exchange") {
    const one = data.exchanges.find(({ rid }) => rid === body.rid);
    return scrolled(
      one === undefined ? [gone()] : explainExchange(one, state.cc, nowSec, look),
      body.scroll,
      rows,
    );
  }
  const one = data.samples.find(({ id }) => id === body.id);
  return scrolled(one === undefined ? [gone()] : explainSample(one, nowSec, look), body.scroll, rows);
}

function gone(): Line {
  return [span(" too many requests have come since: this one is no longer kept", "dim")];
}

function scrolled(lines: readonly Line[], scroll: number, rows: number): Line[] {
  const start = Math.max(0, Math.min(scroll, lines.length - rows));
  return lines.slice(start, start + rows);
}

/** Says what is missing, and what fits of what matters: how the lanes are. */
function tooSmall(state: HudState, look: Look, rows: number, nowMs: number): Line[] {
  const data = shownData(state);
  const nowSec = gatewaySec(data, shownMs(state, nowMs));
  const { columns, rows: least } = MIN_SIZE;
  const lanes = Object.entries(data.usage?.view.lanes ?? {}).map(
    ([name, lane]): Line => [span(` ${name} `), stateSpan(laneState(lane, nowSec))],
  );
  const lines: Line[] = [
    [span(" ccp hud", "bold")],
    [span(` The window is ${look.columns}x${rows};`)],
    [span(` ${columns}x${least} is needed.`)],
    [span(" q quits", "dim")],
    ...lanes,
  ];
  const cut = lines.slice(0, rows).map((line) => cutLine(line, look.columns, look));
  return [...cut, ...Array.from({ length: Math.max(0, rows - cut.length) }, (): Line => [])];
}
