import type { SeriesView, UsageView } from "@ccp/usage-contract";
import { fill, h } from "../dom.ts";
import { duration, percent, span, tokens } from "../format.ts";
import { latest, requestCount, tokenStack } from "../series-data.ts";

/** A few numbers that answer the first questions. */
export function renderFigures(root: HTMLElement, view: UsageView, series: SeriesView): void {
  const perMinute = tokenStack(series, "kind").reduce((sum, line) => sum + (latest(line.values) ?? 0), 0);
  const best = tightest(view);
  const figures: [string, string, string][] = [
    ["Requests", tokens(requestCount(series)), `last ${series.range}`],
    ["Tokens a minute", tokens(perMinute), "all classes, now"],
    ["Rerouted", `${view.totals?.rerouted ?? "?"}`, `since start, ${span(view.uptime_sec ?? 0)} ago`],
    ["Time wasted", duration(view.totals?.wasted_retry_ms ?? null), "in attempts another lane made good"],
    ["Tightest headroom", best === null ? "?" : percent(best.headroom), best?.model ?? "no cap is known"],
  ];
  fill(
    root,
    ...figures.map(([name, value, note]) =>
      h(
        "div",
        { class: "figure" },
        h("dt", {}, name),
        h("dd", {}, h("b", {}, value), h("span", { title: note }, note)),
      ),
    ),
  );
}

function tightest(view: UsageView): { model: string; headroom: number } | null {
  let found: { model: string; headroom: number } | null = null;
  for (const [model, { quota_headroom_pct }] of Object.entries(view.models)) {
    if (quota_headroom_pct === null) continue;
    if (found === null || quota_headroom_pct < found.headroom)
      found = { model, headroom: quota_headroom_pct };
  }
  return found;
}
