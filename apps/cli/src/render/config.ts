import type { QuotasRead } from "@ccp/provider-catalog/node";
import type { QuotaRule } from "@ccp/usage-contract";
import { windowLabel } from "../view/window-name.ts";
import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { percentText, tokensText } from "./quantity.ts";
import { safeText } from "./safe-text.ts";

export interface ShownSetting {
  readonly name: string;
  /** `(set)` for a secret. */
  readonly value: string;
}

const COLUMNS: readonly Column[] = [
  { header: "MODEL", min: 10, cut: "middle", card: "title" },
  { header: "LANE", min: 6, card: "title" },
  { header: "ROLLING", align: "right" },
  { header: "WEEKLY", align: "right" },
  { header: "WARN", align: "right", card: "state" },
];

/** Quotas and settings in force, for people. */
export function renderConfig(
  quotas: Pick<QuotasRead, "config" | "path">,
  settings: readonly ShownSetting[],
  look: Look,
): string {
  const { config, path } = quotas;
  const rows = [
    ...config.models.map((rule) => ruleRow(rule.key, rule)),
    ...config.pools.map((rule) => ruleRow(`pool ${rule.name}`, rule)),
  ];
  const windows = `  windows ${windowLabel(config.rollingMs / 1000)} and ${windowLabel(config.weeklyMs / 1000)}`;
  const source: Line = [
    span("quotas ", "bold"),
    span(path === null ? "built-in" : safeText(path)),
    span(windows, "dim"),
  ];
  const table = rows.length === 0 ? [[span("  no caps", "dim")]] : renderGrid(COLUMNS, rows, look);
  const set = settings.map(({ name, value }): Line => [span(`  ${name} `), span(safeText(value), "dim")]);
  return paintLines(
    [
      source,
      ...table,
      [],
      [span("settings of this shell", "bold")],
      ...(set.length === 0 ? [[span("  none", "dim")]] : set),
    ],
    look,
  );
}

function ruleRow(name: string, rule: QuotaRule): Cell[] {
  return [
    cell(safeText(name)),
    cell(safeText(rule.lane)),
    cell(rule.rollingTokens === null ? "-" : tokensText(rule.rollingTokens)),
    cell(weeklyText(rule)),
    cell(percentText(rule.warnPct)),
  ];
}

/** Hours are shown and never block. */
function weeklyText({ weeklyLimitType, weeklyLimitValue }: QuotaRule): string {
  if (weeklyLimitValue === null) return "-";
  return weeklyLimitType === "hours" ? `${weeklyLimitValue} hours` : tokensText(weeklyLimitValue);
}
