import type { Limit, Outcome, Scenario } from "./simulate.ts";

/** The outcome of one scenario as Markdown. */
export function renderOutcome(title: string, scenario: Scenario, { limits, windows }: Outcome): string {
  const header = [
    "limit",
    "window",
    "at",
    "counted at limit",
    "learned bias",
    "confidence",
    "warn_pct_auto",
    "lane left alone until",
    "wasted attempts",
  ];
  const last = limits.at(-1)?.window ?? 0;
  const after = windows.slice(last);
  return [
    `**${title}**`,
    "",
    `| ${header.join(" | ")} |`,
    `|${"---|".repeat(header.length)}`,
    ...limits.map((limit, index) => `| ${limitCells(limit, index + 1).join(" | ")} |`),
    "",
    `After the last limit: ${after.length} more windows, ${sum(after.map((use) => use.limits))} limits, ` +
      `${shares(after.map((use) => use.served / scenario.hiddenTokens))} of what the plan really grants is used, ` +
      `${sum(after.map((use) => use.rerouted))} requests served by the fallback without an attempt.`,
  ].join("\n");
}

function limitCells(limit: Limit, number: number): string[] {
  return [
    String(number),
    String(limit.window),
    clock(limit.minute),
    limit.counted.toLocaleString("en-US"),
    limit.bias === null ? "-" : limit.bias.toFixed(2),
    limit.confidence.toFixed(3),
    limit.warnPctAuto.toFixed(2),
    limit.untilMinute === null ? "-" : clock(limit.untilMinute),
    String(limit.wasted),
  ];
}

/** Hours and minutes since the start. */
function clock(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(Math.round(minutes % 60)).padStart(2, "0")}`;
}

function shares(values: readonly number[]): string {
  const percents = [...new Set(values.map((value) => `${Math.round(value * 100)} %`))];
  return percents.length === 0 ? "nothing" : percents.join(", ");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
