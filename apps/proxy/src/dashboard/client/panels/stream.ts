import { fill, h, hidden, style, syncList } from "../dom.ts";
import { clockSeconds, duration, percent, tokens } from "../format.ts";
import { laneColour } from "../palette.ts";
import { movesAway, ruleWords } from "../rule-words.ts";
import type { StreamRow } from "../stream-rows.ts";

/** The stream of decisions, newest first; each row opens its explanation. */
export function renderStream(
  root: HTMLElement,
  rows: readonly StreamRow[],
  order: readonly string[],
  open: (rid: string) => void,
): void {
  syncList(
    root,
    rows,
    ({ rid }) => rid,
    ({ rid }) => {
      const button = h("button", {
        type: "button",
        class: "row",
        onclick: () => open(rid),
        "aria-haspopup": "dialog",
      });
      return h("li", {}, button);
    },
    (item, row) => updateRow(item, row, order),
  );
}

function updateRow(item: HTMLElement, row: StreamRow, order: readonly string[]): void {
  const stamp = JSON.stringify(row);
  // Most rows are as they were: building them anew would cost a layout with every event.
  if (item.dataset.stamp === stamp) return;
  item.dataset.stamp = stamp;
  const button = item.firstElementChild;
  if (button === null) return;
  const { word, tone } = ruleWords(row.rule);
  const swatch = h("i", { class: "swatch", "aria-hidden": "true" });
  style(swatch, "--c", `var(--lane-${laneColour(row.lane, order)})`);
  fill(
    button,
    h("span", { class: "c-time" }, clockSeconds(row.ts)),
    h("span", { class: "c-model", title: row.model }, row.model),
    h(
      "span",
      { class: "c-lane" },
      hidden("to "),
      swatch,
      row.lane,
      movesAway(row.rule) ? h("em", {}, "rerouted") : null,
    ),
    h("span", { class: "c-rule", "data-tone": tone }, word),
    h(
      "span",
      { class: "c-status", "data-level": statusLevel(row.status) },
      row.status === null ? "…" : `${row.status}`,
    ),
    h("span", { class: "c-ms" }, hidden("took "), duration(row.latencyMs)),
    h(
      "span",
      { class: "c-tokens" },
      row.outTokens === null ? "–" : `${tokens(row.inTokens)} → ${tokens(row.outTokens)}`,
      hidden(" tokens"),
    ),
    h("span", { class: "c-head" }, percent(row.headroomPct), hidden(" headroom")),
  );
}

function statusLevel(status: number | null): string {
  if (status === null) return "open";
  if (status >= 200 && status < 300) return "ok";
  return status === 429 ? "block" : "warn";
}
