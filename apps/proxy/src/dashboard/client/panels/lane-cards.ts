import type { LaneState, NumberSource } from "@ccp/usage-contract";
import { LANE_STATE_WORDS } from "@ccp/usage-contract/core";
import { fill, h, hidden, setText, style, syncList } from "../dom.ts";
import { percent, span, tokens } from "../format.ts";
import { type LaneModel, type Outlook, silentWords, type WindowModel } from "../lane-model.ts";
import { laneColour } from "../palette.ts";
import { setTicking } from "../ticker.ts";

const SOURCES: Readonly<Record<NumberSource, readonly [tag: string, meaning: string]>> = {
  header: ["hdr", "declared by the upstream in a response header"],
  endpoint: ["api", "told by the vendor's quota endpoint"],
  statusline: ["cli", "told by Claude Code's status line"],
  counted: ["est", "counted here; the limit is an estimate"],
  config: ["cfg", "counted here against the configured cap"],
};

/** One card per lane. */
export function renderLaneCards(
  root: HTMLElement,
  lanes: readonly LaneModel[],
  order: readonly string[],
  nowTs: number,
): void {
  syncList(
    root,
    lanes,
    ({ lane }) => lane,
    ({ lane }) => createCard(lane, order),
    (card, model) => updateCard(card, model, nowTs),
  );
}

function createCard(lane: string, order: readonly string[]): HTMLElement {
  const swatch = h("i", { class: "swatch", "aria-hidden": "true" });
  style(swatch, "--c", `var(--lane-${laneColour(lane, order)})`);
  return h(
    "article",
    { class: "card lane", "aria-label": `Lane ${lane}` },
    h("header", {}, swatch, h("h3", {}, lane), h("span", { class: "state" })),
    h("p", { class: "reason" }),
    h("div", { class: "windows" }),
  );
}

function updateCard(card: HTMLElement, model: LaneModel, nowTs: number): void {
  const part = (name: string): HTMLElement => find(card, name);
  card.dataset.state = model.state;
  const state = part(".state");
  state.dataset.state = model.state;
  fill(state, LANE_STATE_WORDS[model.state]?.word ?? model.state);
  if (model.state === "cooldown" && model.coolUntilTs !== null) {
    const left = h("span", {});
    setTicking(left, "left", model.coolUntilTs);
    state.append(" ", left);
  }
  const reason = part(".reason");
  setText(reason, model.reason ?? "");
  reason.hidden = model.reason === null;
  renderWindows(part(".windows"), model, nowTs);
}

function renderWindows(root: HTMLElement, { windows, warn, state }: LaneModel, nowTs: number): void {
  const shown = windows.length > 0 || state === "disabled" ? windows : [NOTHING_YET];
  syncList(
    root,
    shown,
    (window) => `${window.name}/${window.model ?? ""}/${window.source}`,
    createWindow,
    (element, window) => updateWindow(element, window, state, warn, nowTs),
  );
}

/** Stands where a lane has told of no window: an empty track says so, none at all would read as "no limit". */
const NOTHING_YET: WindowModel = {
  name: "",
  model: null,
  usedPct: null,
  elapsed: null,
  resetTs: null,
  usedTokens: null,
  capacityTokens: null,
  source: "config",
  ageSec: null,
  level: "unknown",
  outlook: { kind: "unknown" },
};

function createWindow(): HTMLElement {
  return h(
    "div",
    { class: "window" },
    h(
      "div",
      { class: "line" },
      h("span", { class: "name" }),
      h("b", { class: "pct" }),
      h("span", { class: "reset" }),
    ),
    h(
      "div",
      { class: "bar", role: "meter", "aria-valuemin": 0, "aria-valuemax": 100 },
      h("i", { class: "fill" }),
      h("i", { class: "threshold" }),
      h("i", { class: "pace" }),
    ),
    h("div", { class: "line small" }, h("span", { class: "amount" }), h("span", { class: "outlook" })),
  );
}

function updateWindow(
  root: HTMLElement,
  window: WindowModel,
  state: LaneState,
  warn: number,
  nowTs: number,
): void {
  const part = (name: string): HTMLElement => find(root, name);
  root.dataset.level = window.level;
  fill(
    part(".name"),
    window.name,
    window.model === null ? null : h("em", { title: window.model }, window.model),
  );
  const { usedPct, usedTokens } = window;
  setText(part(".pct"), usedPct === null && usedTokens !== null ? tokens(usedTokens) : percent(usedPct));
  const reset = part(".reset");
  setTicking(reset, "reset", window.resetTs);
  if (window.resetTs === null) setText(reset, silentWords(window, state)?.when ?? "nothing counted");
  updateBar(part(".bar"), window, warn);
  fill(part(".amount"), ...amount(window, state, nowTs));
  const outlook = part(".outlook");
  outlook.dataset.kind = window.outlook.kind;
  setText(outlook, outlookWords(window.outlook));
}

function updateBar(bar: HTMLElement, { usedPct, elapsed, level, name }: WindowModel, warn: number): void {
  bar.dataset.level = level;
  const now = usedPct === null ? null : Math.min(100, Math.round(usedPct * 100));
  bar.setAttribute("aria-label", `${name} window, used`);
  bar.setAttribute("aria-valuenow", `${now ?? 0}`);
  bar.setAttribute(
    "aria-valuetext",
    now === null ? "unknown" : `${percent(usedPct)}, warns at ${percent(warn)}`,
  );
  style(find(bar, ".fill"), "width", `${now ?? 0}%`);
  style(find(bar, ".threshold"), "left", `${warn * 100}%`);
  const pace = find(bar, ".pace");
  pace.hidden = elapsed === null || usedPct === null;
  style(pace, "left", `${(elapsed ?? 0) * 100}%`);
}

function amount(window: WindowModel, state: LaneState, nowTs: number): Node[] {
  const silent = silentWords(window, state);
  if (silent !== null) return [h("span", {}, silent.what)];
  const { usedTokens, capacityTokens, source, ageSec } = window;
  const [tag, meaning] = SOURCES[source] ?? [source, source];
  const parts: Node[] = [];
  if (usedTokens !== null) {
    const cap = capacityTokens === null ? "no limit known" : `of ${tokens(capacityTokens)}`;
    parts.push(h("span", {}, `${tokens(usedTokens)} ${cap}`));
  }
  parts.push(h("abbr", { title: meaning }, tag, hidden(`, ${meaning}`)));
  if (ageSec !== null && ageSec >= 1) {
    const age = h("span", {});
    setTicking(age, "age", nowTs - ageSec);
    parts.push(age);
  }
  return parts;
}

function outlookWords(outlook: Outlook): string {
  switch (outlook.kind) {
    case "early":
      return `full in ${span(outlook.fullInSec)}, ${span(outlook.earlySec)} before reset`;
    case "lasts":
      return "lasts until reset";
    case "full":
      return "full";
    case "idle":
      return "idle";
    case "unknown":
      return "";
    default:
      outlook satisfies never;
      return "";
  }
}

function find(root: HTMLElement, selector: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`the card has no ${selector}`);
  return found;
}
