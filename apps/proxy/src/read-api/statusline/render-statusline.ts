import { styleText } from "node:util";
import type { StatuslineLane, StatuslineRoute, StatuslineView, StatuslineWindow } from "./statusline-view.ts";

export interface StatuslineLook {
  readonly columns: number;
  readonly color: boolean;
}

/** Only the 16 basic colours: light and dark terminals both read well. */
type Style = "bold" | "cyan" | "dim" | "green" | "red" | "yellow" | null;
type Span = readonly [text: string, style?: Style];

interface Part {
  readonly spans: readonly Span[];
  /** What matters less is left out first. */
  readonly weight: number;
}

const STATE_STYLES = { ok: "green", warn: "yellow", block: "red" } as const;
const COOL_STYLE = "cyan";
const BAR_CELLS = 6;
const BAR_FROM_COLUMNS = 40;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const GAP = "  ";

/**
 * One line without a line break, at most `columns` wide. What matters most stays longest: an alarm, then the lane, the
 * windows with their resets, and the rest.
 */
export function renderStatusline(view: StatuslineView, { columns, color }: StatuslineLook): string {
  let parts = lineParts(view, columns >= BAR_FROM_COLUMNS);
  while (parts.length > 1 && widthOf(parts) > columns) parts = withoutLightest(parts);
  const spans = parts.flatMap(({ spans }, index) => (index === 0 ? spans : [[GAP] as const, ...spans]));
  return cut(spans, columns)
    .map(([text, style]) => (color && style ? styleText(style, text, { validateStream: false }) : text))
    .join("");
}

function lineParts(view: StatuslineView, withBar: boolean): Part[] {
  const isSilent = view.windows.length === 0 && view.others.length === 0 && view.coolSec === null;
  return [
    { spans: [["ccp", "dim"]], weight: view.model === null && isSilent ? 99 : 1 },
    ...view.badges.map((badge): Part => ({ spans: [[badge, "yellow"]], weight: 60 })),
    ...(view.model === null ? [] : [{ spans: [[view.model, "bold"]] as const, weight: 30 }]),
    ...(view.route === null ? [] : routeParts(view.route)),
    ...(view.coolSec === null ? [] : [{ spans: [coolSpan(view.coolSec)], weight: 88 }]),
    ...view.windows.map((window, index) => windowPart(window, index, withBar && index === 0, view.coolSec)),
    ...view.others.map(otherPart),
    ...(isSilent ? [{ spans: [["no usage seen yet", "dim"]] as const, weight: 10 }] : []),
    ...(view.context === null ? [] : [contextPart(view.context)]),
  ];
}

function routeParts(route: StatuslineRoute): Part[] {
  switch (route.kind) {
    case "preferred":
      return [{ spans: [["→ ", "dim"], [route.lane]], weight: 70 }];
    case "rerouted":
      return [
        {
          spans: [
            ["→ ", "dim"],
            [route.lane, "cyan"],
          ],
          weight: 70,
        },
        { spans: [[`not ${route.preferred}: ${route.why}`, "cyan"]], weight: 40 },
      ];
    case "refused": {
      const back = route.retrySec === null ? "" : `, back in ${spanText(route.retrySec)}`;
      return [{ spans: [[`BLOCK every lane is spent${back}`, STATE_STYLES.block]], weight: 90 }];
    }
    default:
      route satisfies never;
      return [];
  }
}

/** The first window gets the bar: it is the one that ends first. */
function windowPart(window: StatuslineWindow, index: number, withBar: boolean, coolSec: number | null): Part {
  const weight = (window.state === "ok" ? (index === 0 ? 75 : 50) : 85) - index;
  // Green would say that the lane is open.
  const style = coolSec !== null && window.state === "ok" ? null : STATE_STYLES[window.state];
  const bar: Span[] = withBar ? [[barText(window.usedPct), style], [" "]] : [];
  const word: Span[] = window.state === "ok" ? [] : [[` ${wordOf(window)}`, style]];
  const reset: Span[] = window.resetSec === null ? [] : [[` (${spanText(window.resetSec)})`, "dim"]];
  const name: Span = [`${window.name} `, "dim"];
  return { spans: [name, ...bar, [percentText(window.usedPct), style], ...word, ...reset], weight };
}

function coolSpan(coolSec: number): Span {
  return [`cool ${spanText(coolSec)}`, COOL_STYLE];
}

function otherPart({ lane, window, coolSec }: StatuslineLane): Part {
  // BLOCK says as much, and more.
  const cool: Span[] = coolSec === null || window?.state === "block" ? [] : [[" "], coolSpan(coolSec)];
  if (window === null) return { spans: [[lane, "dim"], ...cool], weight: 20 };
  const style = window.state === "ok" ? null : STATE_STYLES[window.state];
  const text = `${percentText(window.usedPct)}${window.state === "ok" ? "" : ` ${wordOf(window)}`}`;
  return {
    spans: [[`${lane} ${window.name} `, "dim"], [text, style], ...cool],
    weight: 20,
  };
}

function contextPart(context: number): Part {
  return { spans: [["ctx ", "dim"], [percentText(context)]], weight: 5 };
}

function wordOf({ state }: StatuslineWindow): string {
  return state === "block" ? "BLOCK" : state;
}

/** Drops the lightest part; of equals the last. */
function withoutLightest(parts: readonly Part[]): Part[] {
  const lightest = parts.reduce((low, part, index) => {
    return part.weight <= (parts[low]?.weight ?? Number.POSITIVE_INFINITY) ? index : low;
  }, 0);
  return parts.filter((_, index) => index !== lightest);
}

function widthOf(parts: readonly Part[]): number {
  const texts = parts.flatMap(({ spans }) => spans.map(([text]) => text.length));
  return texts.reduce((sum, width) => sum + width, 0) + GAP.length * (parts.length - 1);
}

function cut(spans: readonly Span[], columns: number): Span[] {
  const kept: Span[] = [];
  let left = columns;
  for (const [text, style] of spans) {
    if (text.length > left) {
      if (left > 0) kept.push([`${text.slice(0, left - 1)}…`, style ?? null]);
      break;
    }
    kept.push([text, style ?? null]);
    left -= text.length;
  }
  return kept;
}

/** Anything above 0 shows at least a sliver, and what is missing of the track is dotted: its length must be seen. */
function barText(ratio: number): string {
  const filled = Math.min(1, Math.max(0, ratio)) * BAR_CELLS;
  const whole = Math.floor(filled);
  const eighths = Math.floor((filled - whole) * 8);
  const part = EIGHTHS[whole === 0 && ratio > 0 ? Math.max(1, eighths) : eighths] ?? "";
  return ("█".repeat(whole) + part).padEnd(BAR_CELLS, "·");
}

/** Never rounded onto 0 % or 100 %: those say that nothing was used, or all. */
function percentText(ratio: number): string {
  const rounded = Math.round(ratio * 100);
  if (ratio > 0 && rounded === 0) return "<1%";
  return ratio < 1 && rounded === 100 ? "99%" : `${rounded}%`;
}

/** `45s`, `24m`, `1h39m`, `2d13h`. */
function spanText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? `${hours}h${String(minutes % 60).padStart(2, "0")}m`
    : `${Math.floor(hours / 24)}d${hours % 24}h`;
}
