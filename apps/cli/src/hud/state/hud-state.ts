import type { DecisionSample, Readyz, UsageView } from "@ccp/usage-contract";
import type { Exchange } from "../data/exchanges.ts";
import type { Histogram } from "../data/histogram.ts";
import type { TokenMinute } from "../data/token-minutes.ts";

/** Panes in the order Tab takes. */
export const PANES = ["quotas", "recent", "speeds", "latency", "samples"] as const;
export type Pane = (typeof PANES)[number];
/** Panes whose rows can be selected. */
export type ListPane = Exclude<Pane, "latency">;

/** How each pane can be sorted; the first way is how it starts. */
export const SORTS: Readonly<Record<Pane, readonly string[]>> = {
  quotas: ["lane", "used", "reset"],
  recent: ["newest", "slowest", "tokens"],
  speeds: ["model", "requests", "speed", "first token"],
  latency: ["lane", "count", "slowest"],
  samples: ["newest", "model"],
};

/** How the gateway is reached. `lost`: it was there, or has not come yet. */
export type Link =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly sinceMs: number; readonly why: string };

export interface SeenUsage {
  readonly view: UsageView;
  /** When it came, on this machine's clock. */
  readonly atMs: number;
  /** Gateway seconds in a second of this machine: 1, but for a demo. */
  readonly clockRate: number;
  /** Epoch seconds of the newest thing in the log it was rebuilt from; `null`: the gateway itself said it. */
  readonly fromLogTs: number | null;
}

export interface SeenMetrics {
  readonly latency: readonly Histogram[];
  readonly ttft: readonly Histogram[];
  /** Log lines that were lost; `null` is not told. */
  readonly dropped: number | null;
}

/** Everything that was heard from the gateway. */
export interface HudData {
  readonly link: Link;
  readonly isStreaming: boolean;
  readonly usage: SeenUsage | null;
  readonly metrics: SeenMetrics | null;
  /** `null`: not told, or no gateway answers. */
  readonly ready: Readyz | null;
  /** Newest first. */
  readonly exchanges: readonly Exchange[];
  /** Newest first. */
  readonly samples: readonly DecisionSample[];
  /** Ascending. */
  readonly minutes: readonly TokenMinute[];
  /** Exchanges that ended since the screen was opened, those of the gateway's memory included. */
  readonly ended: number;
}

/** What fills the body of the screen. */
export type Body =
  | { readonly kind: "panes" }
  | { readonly kind: "help"; readonly scroll: number }
  | { readonly kind: "exchange"; readonly rid: string; readonly scroll: number }
  | { readonly kind: "sample"; readonly id: string; readonly scroll: number };

/** What the person at the keys has chosen. */
export interface HudUi {
  /** A printed frame has none: nothing in it is marked as chosen. */
  readonly hasKeys: boolean;
  readonly pane: Pane;
  /** The pane that stays in the lower half of a small screen while `quotas` has the focus. */
  readonly lower: Exclude<Pane, "quotas">;
  readonly body: Body;
  /** Only quota rows of this window; `null` shows all. */
  readonly window: string | null;
  /** Only rows that hold all of its words. */
  readonly filter: string;
  /** What was typed after `/` so far; `null` when nothing is being typed. */
  readonly typing: string | null;
  /** Index into {@link SORTS}. */
  readonly sort: Readonly<Record<Pane, number>>;
  /** Id of the selected row; `null` is the first one, whichever that is. */
  readonly selected: Readonly<Record<ListPane, string | null>>;
  /** The picture that stands still, and since when. */
  readonly paused: { readonly data: HudData; readonly atMs: number } | null;
  /** A word about the last key, until the next one. */
  readonly hint: string | null;
}

export interface HudState {
  /** Of the gateway, as people read it: `127.0.0.1:8082`. */
  readonly host: string;
  /** How this command is called, for hints. */
  readonly cc: string;
  readonly data: HudData;
  readonly ui: HudUi;
}

export function initialState(url: string, cc: string): HudState {
  return {
    cc,
    host: url.replace(/^https?:\/\//, ""),
    data: {
      link: { kind: "connecting" },
      isStreaming: false,
      usage: null,
      metrics: null,
      ready: null,
      exchanges: [],
      samples: [],
      minutes: [],
      ended: 0,
    },
    ui: {
      hasKeys: true,
      pane: "recent",
      lower: "recent",
      body: { kind: "panes" },
      window: null,
      filter: "",
      typing: null,
      sort: { quotas: 0, recent: 0, speeds: 0, latency: 0, samples: 0 },
      selected: { quotas: null, recent: null, speeds: null, samples: null },
      paused: null,
      hint: null,
    },
  };
}

/** What the screen shows: the newest, or the picture that stands still. */
export function shownData({ data, ui }: HudState): HudData {
  return ui.paused?.data ?? data;
}

/** The moment the screen shows, on this machine's clock. Without a gateway that is when it was last heard. */
export function shownMs({ data, ui }: HudState, nowMs: number): number {
  if (ui.paused !== null) return ui.paused.atMs;
  const isFrozen = data.link.kind === "lost" && data.usage !== null && data.usage.fromLogTs === null;
  return isFrozen ? data.usage.atMs : nowMs;
}

/** The gateway's clock, epoch seconds: its last word, and what has passed since. */
export function gatewaySec({ usage }: HudData, nowMs: number): number {
  if (usage === null || usage.fromLogTs !== null) return nowMs / 1000;
  return usage.view.ts + ((nowMs - usage.atMs) / 1000) * usage.clockRate;
}
