import { REROUTE_DECISIONS } from "@ccp/usage-contract/core";
import type { ModeFigures } from "../simulate/replay/mode-tally.ts";
import type { CapView, SimulationView } from "../simulate/simulation-view.ts";
import { dateText } from "./clock.ts";
import { flowLines } from "./flow.ts";
import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { millisText, tokensText, waitText } from "./quantity.ts";
import { safeText } from "./safe-text.ts";

/** What a log tells of each mode: a row for each figure, so that modes are compared along a line. */
export function renderSimulation(view: SimulationView, look: Look): string {
  const shown: readonly (readonly [string, ModeFigures])[] = [["recorded", view.recorded], ...view.modes];
  const columns: readonly Column[] = [
    { header: "", min: 12, cut: "middle", card: "title" },
    ...shown.map(([name]): Column => ({ header: name, align: "right" })),
  ];
  const rows = rowsOf(shown.map(([, figures]) => figures));
  return paintLines(
    [
      ...headerLines(view, look),
      [],
      ...renderGrid(
        columns,
        rows.map(({ name, values }): Cell[] => [cell(name), ...values.map((value) => cell(value))]),
        look,
      ),
      [],
      ...flowLines([[span("assumed", "bold")], ...assumedParts(view)], look.columns, look),
    ],
    look,
  );
}

function headerLines(view: SimulationView, look: Look): Line[] {
  const from = dateText(view.fromMs / 1000, look.timeZone);
  const to = dateText(view.toMs / 1000, look.timeZone);
  return flowLines(
    [
      [span("log ", "bold"), span(safeText(view.log))],
      [span(`${from} to ${to}`, "dim")],
      [span(`recorded in ${view.recordedModes.join(", ")}`, "dim")],
      [span(`quotas ${safeText(view.quotas ?? "none")}`, "dim")],
    ],
    look.columns,
    look,
  );
}

interface Row {
  readonly name: string;
  readonly values: readonly string[];
}

function rowsOf(modes: readonly ModeFigures[]): Row[] {
  const counts = (name: string, of: (figures: ModeFigures) => number): Row => ({
    name,
    values: modes.map((figures) => String(of(figures))),
  });
  const rules = REROUTE_DECISIONS.filter((rule) => modes.some(({ reroutes }) => reroutes.has(rule)));
  const lanes = [...new Set(modes.flatMap((figures) => [...figures.lanes.keys()]))].sort();
  return [
    counts("requests", ({ requests }) => requests),
    counts("kept", ({ kept }) => kept),
    counts("rerouted", ({ rerouted }) => rerouted),
    ...rules.map((rule) => counts(`  ${rule}`, ({ reroutes }) => reroutes.get(rule) ?? 0)),
    counts("refused", ({ refused }) => refused),
    counts("overshoots", ({ overshoots }) => overshoots),
    { name: "wasted", values: modes.map(({ wastedMs }) => millisText(wastedMs)) },
    ...lanes.map((lane) => ({
      name: `tokens ${safeText(lane)}`,
      values: modes.map((figures) => tokensText(figures.lanes.get(lane)?.countedTokens ?? 0)),
    })),
  ];
}

/** More than this many caps are for `--json`. */
const MAX_CAPS = 6;

function assumedParts(view: SimulationView): Line[] {
  const { caps, uncapped, losses, namingEnds } = view;
  const parts = [
    ...caps.slice(0, MAX_CAPS).map(capText),
    ...(caps.length > MAX_CAPS ? [`${caps.length - MAX_CAPS} more caps in --json`] : []),
    ...uncapped.map((lane) => `${lane}: no cap known, never refuses`),
    ...losses.map(({ lane, lostMs, samples }) => {
      const source = samples > 0 ? `median of ${samples}` : "default";
      return `a wasted attempt on ${lane}: ${millisText(lostMs)} (${source})`;
    }),
    ...namingEnds.map((lane) => {
      const isWhole = view.wholeWindows.includes(lane);
      return isWhole ? `${lane} names its resets, windows end whole` : `${lane} names its resets`;
    }),
    `cooldown ${view.cooldownSec === 0 ? "off" : waitText(view.cooldownSec)}`,
    "tokens as recorded, whatever the lane",
    ...(view.unserved > 0 ? [`${view.unserved} never served: predicted tokens`] : []),
    ...(view.foreignLimits > 0 ? [`${view.foreignLimits} limits spent elsewhere: met again`] : []),
    ...(view.earlierModels > 0 ? ["usage before the log: as its first lines say"] : []),
  ];
  return parts.map((text): Line => [span(safeText(text), "dim")]);
}

/** `zai glm-4.7: 600 in 5h (5 limits, cfg 1.00k)` */
function capText({
  lane,
  kind,
  name,
  window,
  capacityTokens,
  configuredTokens,
  source,
  samples,
}: CapView): string {
  const bound = kind === "account" ? "account" : kind === "pool" ? `pool ${name ?? ""}` : (name ?? "");
  const configured = configuredTokens === null ? null : `cfg ${tokensText(configuredTokens)}`;
  const evidence = {
    limits: `${samples} ${samples === 1 ? "limit" : "limits"}`,
    served: "served",
    config: null,
  }[source];
  const why = source === "config" ? "cfg" : [evidence, configured].filter((word) => word !== null).join(", ");
  return `${lane} ${bound}: ${tokensText(capacityTokens)} in ${window} (${why})`;
}
