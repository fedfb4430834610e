import type { SeriesView, UsageView } from "@ccp/usage-contract";
import { fill, h } from "../dom.ts";
import { duration, percent, tokens } from "../format.ts";
import { latest, requestCount, tokenStack } from "../series-data.ts";
import { tightest } from "../tightest.ts";

/** A few numbers that answer the first questions. */
export function renderFigures(root: HTMLElement, view: UsageView, series: SeriesView): void {
  const perMinute = tokenStack(series, "kind").reduce((sum, line) => sum + (latest(line.values) ?? 0), 0);
  const best = tightest(view);
  const figures: [string, string, string][] = [
    ["Requests", tokens(requestCount(series)), `last ${series.range}`],
    ["Tokens a minute", tokens(perMinute), "all classes, now"],
    ["Rerouted", `${view.totals?.rerouted ?? "?"}`, "since the last clean start"],
    ["Time wasted", duration(view.totals?.wasted_retry_ms ?? null), "in attempts another lane made good"],
    ["Tightest headroom", best === null ? "?" : percent(best.headroom), best?.who ?? "no limit is known"],
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
