import { rowIds, windowNames } from "../view/pane-rows.ts";
import type { Key } from "./hud-event.ts";
import { type HudState, type HudUi, type ListPane, PANES, type Pane, SORTS, shownData } from "./hud-state.ts";

/** Longer filters fit no screen. */
const MAX_FILTER = 40;
const PAGE = 10;

/** What a key does. Quitting and drawing anew are not the state's: the terminal shell sees to them. */
export function reduceKey(state: HudState, key: Key, nowMs: number): HudState {
  const plain = { ...state, ui: { ...state.ui, hint: null } };
  if (state.ui.typing !== null) return withUi(plain, typeFilter(plain.ui, plain.ui.typing ?? "", key));
  if (plain.ui.body.kind !== "panes") return inBody(plain, key);
  return inPanes(plain, key, nowMs);
}

function withUi(state: HudState, changes: Partial<HudUi>): HudState {
  return { ...state, ui: { ...state.ui, ...changes } };
}

function typeFilter(ui: HudUi, typed: string, { name, text }: Key): Partial<HudUi> {
  if (name === "enter") return { typing: null, filter: typed.trim() };
  if (name === "esc") return { typing: null };
  if (name === "backspace") {
    // One character too far back leaves the line, as in less and vim.
    return typed === "" ? { typing: null } : { typing: [...typed].slice(0, -1).join("") };
  }
  if (name === "ctrl-u") return { typing: "" };
  if (text === null || typed.length >= MAX_FILTER) return {};
  return { typing: typed + text, hint: ui.hint };
}

/** Help and explanations are left by the keys one would try first. */
function inBody(state: HudState, { name }: Key): HudState {
  const { body } = state.ui;
  if (name === "esc" || name === "enter" || name === "backspace" || (name === "?" && body.kind === "help")) {
    return withUi(state, { body: { kind: "panes" } });
  }
  if (name === "?") return withUi(state, { body: { kind: "help", scroll: 0 } });
  const step = STEPS[name];
  if (step === undefined || body.kind === "panes") return state;
  return withUi(state, { body: { ...body, scroll: Math.min(200, Math.max(0, body.scroll + step)) } });
}

const STEPS: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -PAGE,
  pagedown: PAGE,
  " ": PAGE,
  home: Number.NEGATIVE_INFINITY,
  g: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
  G: Number.POSITIVE_INFINITY,
};

function inPanes(state: HudState, { name }: Key, nowMs: number): HudState {
  const { ui } = state;
  switch (name) {
    case "tab":
      return withUi(state, focus(ui, 1));
    case "shift-tab":
      return withUi(state, focus(ui, -1));
    case "w":
      return withUi(state, { window: nextWindow(state) });
    case "/":
      return withUi(state, { typing: ui.filter });
    case "p":
      return withUi(state, { paused: ui.paused === null ? { data: state.data, atMs: nowMs } : null });
    case "m":
      return withUi(state, {
        sort: { ...ui.sort, [ui.pane]: (ui.sort[ui.pane] + 1) % SORTS[ui.pane].length },
      });
    case "?":
      return withUi(state, { body: { kind: "help", scroll: 0 } });
    case "enter":
      return explain(state);
    case "esc":
      return withUi(state, goBack(ui));
    case "r":
      return withUi(state, { hint: "refreshed" });
    default:
      return STEPS[name] === undefined ? state : select(state, STEPS[name] ?? 0);
  }
}

function focus(ui: HudUi, step: 1 | -1): Partial<HudUi> {
  const pane: Pane = PANES[(PANES.indexOf(ui.pane) + step + PANES.length) % PANES.length] ?? "recent";
  return { pane, lower: pane === "quotas" ? ui.lower : pane };
}

/** All windows, then each by itself. */
function nextWindow(state: HudState): string | null {
  const names = windowNames(shownData(state));
  const at = state.ui.window === null ? -1 : names.indexOf(state.ui.window);
  return names[at + 1] ?? null;
}

/** One thing at a time: what hides rows first, then the selection. */
function goBack({ filter, window, pane, selected }: HudUi): Partial<HudUi> {
  if (filter !== "") return { filter: "" };
  if (window !== null || pane === "latency") return { window: null };
  return { selected: { ...selected, [pane]: null } };
}

function select(state: HudState, step: number): HudState {
  const { pane, selected } = state.ui;
  if (pane === "latency") return state;
  const ids = rowIds(state, pane);
  const at = Math.max(0, ids.indexOf(selected[pane] ?? ""));
  const next = Math.min(ids.length - 1, Math.max(0, at + step));
  // On the first row nothing is held fast: what comes in on top is then the selected one.
  const id = next <= 0 ? null : (ids[next] ?? null);
  return withUi(state, { selected: { ...selected, [pane]: id } satisfies HudUi["selected"] });
}

function selectedId(state: HudState, pane: ListPane): string | null {
  const ids = rowIds(state, pane);
  const id = state.ui.selected[pane];
  return id !== null && ids.includes(id) ? id : (ids[0] ?? null);
}

function explain(state: HudState): HudState {
  const { pane } = state.ui;
  if (pane !== "recent" && pane !== "samples") {
    return withUi(state, { hint: "Enter explains a request: Tab to recent or samples" });
  }
  const id = selectedId(state, pane);
  if (id === null) return withUi(state, { hint: "nothing to explain yet" });
  const selected = { ...state.ui.selected, [pane]: id };
  const body =
    pane === "recent"
      ? ({ kind: "exchange", rid: id, scroll: 0 } as const)
      : ({ kind: "sample", id, scroll: 0 } as const);
  return withUi(state, { body, selected });
}
