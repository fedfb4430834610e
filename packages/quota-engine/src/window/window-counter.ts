import type { TokenWeights, WeeklyAnchor } from "@ccp/usage-contract";
import { addRow, COLUMNS, weigh } from "./columns.ts";
import type { LogicalClock } from "./logical-clock.ts";
import { SlidingRing } from "./sliding-ring.ts";
import { weeklyBoundary } from "./weekly-boundary.ts";

export type WindowKind = "sliding" | "anchored" | "fixed";

export interface WindowSpec {
  readonly lengthMs: number;
  readonly buckets: number;
  readonly kind: WindowKind;
  readonly anchor: WeeklyAnchor | null;
}

/** Two clocks agree no better than this. */
const ALIGN_MS = 5000;
/** Declared resets jitter by seconds; only a move of this much is another window. */
export const RESET_JITTER_MS = 60_000;
/** How far past its own length a declared reset may lie and still be believed. */
export const RESET_SLACK_MS = 900_000;

/**
 * Counts one window of one model or pool, whatever its kind.
 *
 * - `sliding`: the last `lengthMs` ({@link SlidingRing}).
 * - `anchored`: starts with the first row after the last window ended, lasts exactly `lengthMs`, then is 0 at once.
 * - `fixed`: from reset to reset at the anchor's weekday and time; without an anchor the first row starts the
 *   first one, and they follow each other without a pause.
 *
 * A reset that the lane declares beats all of these: the window is then `[reset − length, reset)`, exact from there.
 * All times are logical ms; call {@link advance} before reading.
 */
export class WindowCounter {
  readonly ring: SlidingRing;
  #kind: WindowKind;
  #anchor: WeeklyAnchor | null;
  readonly #clock: LogicalClock;
  readonly #sums: Float64Array = new Float64Array(COLUMNS);
  #startMs: number | null = null;
  #endMs: number | null = null;
  #declared = false;
  /** End of the last window that closed: rows before it belong to the past. */
  #closedMs: number = Number.NEGATIVE_INFINITY;
  /** First row since then, whatever was declared: what the window would be by our own arithmetic. */
  #ownStartMs: number | null = null;

  constructor(spec: WindowSpec, clock: LogicalClock) {
    this.ring = new SlidingRing(spec.lengthMs, spec.buckets, COLUMNS);
    this.#kind = spec.kind;
    this.#anchor = spec.anchor;
    this.#clock = clock;
  }

  get kind(): WindowKind {
    return this.#kind;
  }

  /** Whether it resets at a configured day and time. */
  get followsAnchor(): boolean {
    return this.#kind === "fixed" && this.#anchor !== null;
  }

  get lengthMs(): number {
    return this.ring.windowMs;
  }

  get declared(): boolean {
    return this.#declared;
  }

  /** Ends what has ended by `nowMs`. */
  advance(nowMs: number): void {
    this.ring.advance(nowMs);
    if (this.#endMs !== null && nowMs >= this.#endMs) this.#close(nowMs);
    if (this.#endMs === null && this.#kind === "fixed" && this.#anchor !== null) this.#openFixed(nowMs);
  }

  /** Adds one row at `atMs` (at most the time last given to {@link advance}). */
  add(atMs: number, row: Float64Array): void {
    this.ring.add(atMs, row);
    if (atMs < this.#closedMs) return;
    if (this.#ownStartMs === null) this.#ownStartMs = atMs;
    if (this.#endMs === null) {
      if (this.#kind === "sliding") return;
      this.#startMs = atMs;
      this.#endMs = atMs + this.lengthMs;
    } else if ((this.#declared || this.#kind === "fixed") && atMs < (this.#startMs ?? atMs)) {
      return;
    }
    addRow(this.#sums, row);
  }

  /** What the window holds of one column. */
  used(column: number): number {
    return this.#columns()[column] ?? 0;
  }

  /** Counted tokens in the window. */
  usedTokens(weights: TokenWeights): number {
    return weigh(this.#columns(), weights);
  }

  /**
   * When the window ends, or when its oldest row leaves. `null` when nothing is counted and nothing was declared.
   */
  resetMs(nowMs: number): number | null {
    return this.#endMs ?? (this.#kind === "sliding" ? this.ring.nextExitMs(nowMs) : null);
  }

  /**
   * Where the window begins, for whoever counts it beside us. `ownStart`: by our own first row, which another's may have
   * come before; then `null` while no window is open.
   */
  beginning(nowMs: number): WindowBeginning {
    if (this.#endMs !== null) {
      const ownStart = !this.#declared && this.#kind !== "sliding" && !this.followsAnchor;
      return { startMs: this.#startMs, ownStart };
    }
    if (this.#kind !== "sliding") return { startMs: null, ownStart: true };
    return { startMs: Math.max(nowMs - this.lengthMs, this.#closedMs), ownStart: false };
  }

  /** Moves a window that begins with its first row to where another's first row lies. */
  align(startMs: number, nowMs: number): void {
    const beginning = this.beginning(nowMs);
    const isSame = beginning.startMs !== null && Math.abs(beginning.startMs - startMs) < ALIGN_MS;
    if (!beginning.ownStart || isSame || startMs > nowMs || startMs + this.lengthMs <= nowMs) return;
    this.#startMs = startMs;
    this.#endMs = startMs + this.lengthMs;
    this.#ownStartMs = startMs;
    this.ring.sumSince(startMs, this.#sums);
  }

  /** {@link resetMs} by our own arithmetic, as if nothing had ever been declared for this window. */
  calculatedResetMs(nowMs: number): number | null {
    if (this.#kind === "sliding") return this.ring.nextExitMs(nowMs);
    if (this.#kind === "fixed" && this.#anchor !== null) {
      return this.#ownStartMs === null ? null : this.#boundary(nowMs, this.#anchor) + this.lengthMs;
    }
    return this.#ownStartMs === null ? null : this.#ownStartMs + this.lengthMs;
  }

  /**
   * Takes a reset that the lane declared (logical ms). Ignored: one already past, one further off than the
   * window is long, one that only jitters around the reset already known.
   *
   * @returns Whether it moved the window.
   */
  declare(resetMs: number, nowMs: number): boolean {
    if (!(resetMs > nowMs) || resetMs > nowMs + this.lengthMs + RESET_SLACK_MS) return false;
    if (this.#declared && Math.abs(resetMs - (this.#endMs ?? 0)) < RESET_JITTER_MS) return false;
    this.#declared = true;
    this.#endMs = resetMs;
    this.#startMs = Math.min(resetMs - this.lengthMs, nowMs);
    this.ring.sumSince(this.#startMs, this.#sums);
    return true;
  }

  /** Back to our own arithmetic. Counts stay. */
  undeclare(nowMs: number): void {
    if (this.#declared) this.recount(nowMs);
  }

  /** Changes the kind of window; what was counted stays, a declared reset too. */
  setKind(kind: WindowKind, anchor: WeeklyAnchor | null, nowMs: number): void {
    const same = kind === this.#kind && JSON.stringify(anchor) === JSON.stringify(this.#anchor);
    this.#kind = kind;
    this.#anchor = anchor;
    if (!same && !this.#declared) this.recount(nowMs);
  }

  /** The wall clock was set back by `byMs`: what is bound to wall time keeps its wall time. */
  shift(byMs: number): void {
    if (this.#endMs === null || !(this.#declared || this.#kind === "fixed")) return;
    this.#startMs = (this.#startMs ?? this.#endMs) + byMs;
    this.#endMs += byMs;
  }

  /** What a snapshot keeps beside the ring. */
  bounds(): WindowBounds {
    return {
      startMs: this.#startMs,
      endMs: this.#endMs,
      declared: this.#declared,
      closedMs: Number.isFinite(this.#closedMs) ? this.#closedMs : null,
      ownStartMs: this.#ownStartMs,
      sums: Array.from(this.#sums),
    };
  }

  restoreBounds(bounds: WindowBounds): void {
    this.#startMs = bounds.startMs;
    this.#endMs = bounds.endMs;
    this.#declared = bounds.declared && bounds.endMs !== null;
    this.#closedMs = bounds.closedMs ?? Number.NEGATIVE_INFINITY;
    this.#ownStartMs = bounds.ownStartMs;
    this.#sums.set(bounds.sums.slice(0, COLUMNS));
  }

  /** Rebuilds start, end and sums from the ring alone, for the kind the window has now. */
  recount(nowMs: number): void {
    this.#declared = false;
    this.#startMs = null;
    this.#endMs = null;
    this.#sums.fill(0);
    if (this.#kind !== "sliding" && !this.followsAnchor) this.#replayRing();
    this.advance(nowMs);
  }

  /** A row past the end of one window starts the next. */
  #replayRing(): void {
    this.ring.forEachRow((_index, firstMs, row) => {
      if (this.#endMs === null || firstMs >= this.#endMs) {
        this.#startMs = firstMs;
        this.#endMs = firstMs + this.lengthMs;
        this.#sums.fill(0);
      }
      addRow(this.#sums, row);
    });
  }

  #columns(): Float64Array {
    return this.#kind === "sliding" && this.#endMs === null ? this.ring.sums : this.#sums;
  }

  #close(nowMs: number): void {
    const end = this.#endMs ?? nowMs;
    // Upstream began anew at a declared reset: a sliding window must not go on holding what it has forgotten.
    if (this.#declared) this.ring.dropBefore(end);
    this.#closedMs = end;
    this.#ownStartMs = null;
    this.#declared = false;
    this.#sums.fill(0);
    this.#startMs = null;
    this.#endMs = null;
    if (this.#kind === "fixed") {
      this.#startMs = end + Math.floor((nowMs - end) / this.lengthMs) * this.lengthMs;
      this.#endMs = this.#startMs + this.lengthMs;
    }
  }

  #openFixed(nowMs: number): void {
    if (this.#anchor === null) return;
    this.#startMs = this.#boundary(nowMs, this.#anchor);
    this.#endMs = this.#startMs + this.lengthMs;
    this.ring.sumSince(this.#startMs, this.#sums);
  }

  #boundary(nowMs: number, anchor: WeeklyAnchor): number {
    const offset = this.#clock.offsetMs;
    return weeklyBoundary(nowMs - offset, anchor, this.lengthMs) + offset;
  }
}

export interface WindowBeginning {
  readonly startMs: number | null;
  readonly ownStart: boolean;
}

export interface WindowBounds {
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly declared: boolean;
  readonly closedMs: number | null;
  readonly ownStartMs: number | null;
  readonly sums: readonly number[];
}
