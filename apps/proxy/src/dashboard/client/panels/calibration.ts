import type { CalibrationWire, Learned } from "@ccp/usage-contract";
import { fill, h, style } from "../dom.ts";
import { percent, span } from "../format.ts";

interface Row {
  readonly name: string;
  readonly lane: string;
  readonly learned: Learned;
}

/** What was learned of caps and resets. */
export function renderCalibration(root: HTMLElement, view: CalibrationWire): void {
  const all = rowsOf(view);
  const told = all.filter(({ learned }) => learned.gap_samples + learned.bias_samples > 0);
  // A model that passed through a lane once has a row, and nothing in it.
  const rows = told.length > 0 ? told : all;
  if (rows.length === 0) {
    fill(
      root,
      h("p", { class: "quiet" }, "Nothing is learned yet: it takes answers that tell of limits and resets."),
    );
    return;
  }
  const heads = ["Model", "Warns at", "Confidence", "Gap p50", "Gap p95", "Samples", "Bias"];
  fill(
    root,
    h(
      "table",
      { class: "facts" },
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...rows.map(tableRow)),
    ),
  );
}

function rowsOf(view: CalibrationWire): Row[] {
  const models = Object.entries(view.models).flatMap(([name, { lanes }]) =>
    Object.entries(lanes).map(([lane, learned]) => ({ name, lane, learned })),
  );
  const pools = Object.entries(view.pools).map(([name, pool]) => ({
    name: `pool ${name}`,
    lane: pool.provider,
    learned: pool,
  }));
  return [...models, ...pools];
}

function tableRow({ name, lane, learned }: Row): HTMLElement {
  const isAuto = learned.warn_pct_confidence >= 0.5;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("span", { title: name }, name), h("small", {}, lane)),
    h(
      "td",
      {},
      percent(isAuto ? learned.warn_pct_auto : learned.warn_pct),
      h("small", {}, isAuto ? "learned" : "configured"),
    ),
    h("td", {}, confidence(learned.warn_pct_confidence)),
    h("td", {}, gap(learned.gap_seconds_p50)),
    h("td", {}, gap(learned.gap_seconds_p95)),
    h("td", {}, `${learned.gap_samples + learned.bias_samples}`),
    h("td", {}, learned.bias === null ? "?" : learned.bias.toFixed(2)),
  );
}

/** Signed: a positive gap means that the plan opened before the gateway thought so. */
function gap(seconds: number | null): string {
  if (seconds === null) return "?";
  const sign = seconds < 0 ? "−" : "+";
  return `${sign}${span(Math.abs(Math.round(seconds)))}`;
}

function confidence(share: number): HTMLElement {
  const track = h("i", { class: "confidence", "aria-hidden": "true" });
  style(track, "--share", `${Math.round(share * 100)}%`);
  return h("span", { class: "with-track" }, track, share.toFixed(2));
}
