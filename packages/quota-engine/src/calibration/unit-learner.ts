import { DEFAULT_WEIGHTS, type TokenCounts } from "@ccp/usage-contract/core";
import { CACHE_CREATION, CACHE_READ, INPUT, OUTPUT, weigh } from "../window/columns.ts";
import { RESET_JITTER_MS } from "../window/window-counter.ts";
import { MIN_SPAN_RATIO, type SpanBase } from "./bias-span.ts";
import { fitClasses, type PointsPerMillion } from "./fit-classes.ts";
import { ascending, percentile } from "./percentile.ts";
import { MAX_SAMPLES, SAMPLE_LIFE_MS } from "./sample-ring.ts";
import { summarizeRatios, TRUSTED } from "./summarize.ts";

/** A span with less than this share of the usual tokens a point was moved by another device. */
const LITTLE_TRAFFIC = 0.25;
/** Spans before it is known what is usual. */
const USUAL_AFTER = 3;

/** How much one percent of a declared window is. */
export interface LearnedUnit {
  readonly window: string;
  /** Counted tokens (default weights); `null` before the first span. */
  readonly tokensPerPct: number | null;
  /** 0..1, as for a bias; used for headroom from 0.5 on. */
  readonly confidence: number;
  readonly spans: number;
  /** Percentage points a million tokens of each class take; `null` under 8 spans. */
  readonly pointsPerMillion: PointsPerMillion | null;
}

export interface UnitSpan {
  readonly atMs: number;
  /** Percentage points. */
  readonly points: number;
  readonly counts: TokenCounts;
}

export interface UnitPoint {
  readonly ratio: number;
  readonly resetAtMs: number | null;
  /** Raw classes counted on the lane so far; not kept. */
  readonly totals: Float64Array;
  readonly atMs: number;
}

/** Learns, from how a lane's declared ratio rises, how many tokens one percent of that window is. */
export class UnitLearner {
  #base: SpanBase | null = null;
  #spans: UnitSpan[] = [];
  tokensPerPct: number | null = null;
  confidence = 0;

  /** Counted tokens of the whole window, once trusted. */
  get capacityTokens(): number | null {
    return this.tokensPerPct !== null && this.confidence >= TRUSTED ? this.tokensPerPct * 100 : null;
  }

  observe(point: UnitPoint): void {
    const base = this.#base;
    if (base === null || !sameWindow(base, point)) {
      this.#base = toBase(point);
      return;
    }
    const rise = point.ratio - base.ratio;
    if (rise < MIN_SPAN_RATIO - 1e-9) return;
    this.#base = toBase(point);
    const counts = difference(point.totals, base.lane);
    const span: UnitSpan = { atMs: point.atMs, points: rise * 100, counts };
    if (this.#isOurs(span)) this.#spans.push(span);
    this.recompute(point.atMs);
  }

  /** The clock was set: what lies across the step is no span. */
  breakSpan(): void {
    this.#base = null;
  }

  recompute(nowMs: number): void {
    this.#spans = this.#spans.filter((span) => nowMs - span.atMs <= SAMPLE_LIFE_MS).slice(-MAX_SAMPLES);
    const summary = summarizeRatios(this.#spans.map(tokensPerPoint));
    this.tokensPerPct = summary.bias;
    this.confidence = summary.confidence;
  }

  view(window: string): LearnedUnit {
    return {
      window,
      tokensPerPct: this.tokensPerPct,
      confidence: this.confidence,
      spans: this.#spans.length,
      pointsPerMillion: fitClasses(this.#spans),
    };
  }

  toJSON(): UnitSpan[] {
    return [...this.#spans];
  }

  restore(spans: readonly UnitSpan[], nowMs: number): void {
    this.#base = null;
    this.#spans = [...spans];
    this.recompute(nowMs);
  }

  #isOurs(span: UnitSpan): boolean {
    const perPoint = tokensPerPoint(span);
    if (perPoint <= 0) return false;
    if (this.#spans.length < USUAL_AFTER) return true;
    const usual = percentile(ascending(this.#spans.map(tokensPerPoint)), 0.5) ?? 0;
    return perPoint >= usual * LITTLE_TRAFFIC;
  }
}

/** The learners of one lane, by window name. */
export class UnitBook {
  readonly byWindow: Map<string, UnitLearner> = new Map();

  open(window: string): UnitLearner {
    const open = this.byWindow.get(window);
    if (open !== undefined) return open;
    const learner = new UnitLearner();
    this.byWindow.set(window, learner);
    return learner;
  }
}

function tokensPerPoint(span: UnitSpan): number {
  const { inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens } = span.counts;
  const columns = Float64Array.of(inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens);
  return weigh(columns, DEFAULT_WEIGHTS) / span.points;
}

function difference(now: Float64Array, then: Float64Array): TokenCounts {
  const of = (column: number): number => (now[column] ?? 0) - (then[column] ?? 0);
  return {
    inputTokens: of(INPUT),
    outputTokens: of(OUTPUT),
    cacheCreationTokens: of(CACHE_CREATION),
    cacheReadTokens: of(CACHE_READ),
  };
}

function sameWindow(base: SpanBase, point: UnitPoint): boolean {
  if (point.ratio < base.ratio) return false;
  if (base.resetAtMs === null || point.resetAtMs === null) return base.resetAtMs === point.resetAtMs;
  return Math.abs(point.resetAtMs - base.resetAtMs) < RESET_JITTER_MS;
}

function toBase(point: UnitPoint): SpanBase {
  const totals = point.totals.slice();
  return { ratio: point.ratio, resetAtMs: point.resetAtMs, own: totals, lane: totals };
}
