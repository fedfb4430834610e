import { isUsedRatio, NUMBER_SOURCES, type NumberSource, type WindowReading } from "@ccp/usage-contract/core";
import type { Tally } from "../ledger/tally.ts";
import { addReading, type SharePoint } from "../usage/share-pace.ts";
import type { LogicalClock } from "../window/logical-clock.ts";
import { RESET_JITTER_MS, RESET_SLACK_MS } from "../window/window-counter.ts";
import { windowLengthMs } from "./window-length.ts";

/** Most windows a lane can have; more names than this are noise. */
const MAX_WINDOWS = 16;
/** While a more trusted number is younger than this, a less trusted one does not replace it. */
const TRUST_MS = 60_000;
/** A spent window without a reset blocks only this long: nothing else would ever end it. */
export const UNDATED_BLOCK_MS = 900_000;
/** Resets are of the lane's clock and readings of ours, which may have been set. */
const SAVED_SLACK_MS = 86_400_000;
/** The furthest a reset can lie ahead where the window's length is not known. */
const LONGEST_MS = 31 * 86_400_000;

/** One window as its lane declared it last. */
export interface DeclaredWindow {
  readonly name: string;
  /** `lane:NAME`, built once: it is on the request path. */
  readonly constraintName: string;
  readonly lengthMs: number | null;
  usedRatio: number | null;
  /** Epoch ms, the lane's own clock. */
  resetAtMs: number | null;
  status: WindowReading["status"];
  readonly scope: WindowReading["scope"];
  /** The model family last seen with a model-scoped window; `null` while none was. */
  family: string | null;
  source: NumberSource;
  /** Logical ms. */
  observedMs: number;
  /** Counted tokens of the lane when `usedRatio` was read. */
  countedTokens: number;
  /** Readings of this window in the last 15 minutes, oldest first. */
  readonly readings: SharePoint[];
}

/** The part of a reading that still holds at some instant. */
export interface CurrentReading {
  readonly usedRatio: number | null;
  readonly resetAtMs: number | null;
  readonly spent: boolean;
  /** It has a reset, or is young: what it says may block. */
  readonly believed: boolean;
}

/** The windows that one lane declared. A window that a reading leaves out keeps its last value. */
export class DeclaredWindows {
  readonly all: DeclaredWindow[] = [];

  /**
   * Takes in one reading.
   *
   * @param family Of the model whose answer carried it; `null` when it came from elsewhere.
   * @returns The window, or `null` when the reading was not taken: less trusted than a number just read, older than the
   *   one that is known, or of a window that is over.
   */
  observe(
    reading: WindowReading,
    family: string | null,
    countedTokens: number,
    clock: { readonly wallMs: number; readonly logicalMs: number },
  ): DeclaredWindow | null {
    if (reading.resetAtMs !== null && reading.resetAtMs <= clock.wallMs) return null;
    const observedMs = clock.logicalMs - ageOf(reading, clock.wallMs);
    const stored = this.#open(reading, observedMs);
    if (
      stored === null ||
      !mayReplace(stored, reading, observedMs) ||
      isRemembered(stored, reading, clock.wallMs)
    )
      return null;
    const reset = usableReset(reading, stored, clock.wallMs);
    const renewed = isRenewed(stored, reset, clock.wallMs);
    const ratio = usableRatio(reading.usedRatio);
    if (renewed) stored.readings.length = 0;
    if (ratio !== null) addReading(stored.readings, { atMs: observedMs, ratio, countedTokens });
    if (ratio !== null || renewed) {
      stored.usedRatio = ratio;
      stored.countedTokens = countedTokens;
    }
    if (reset !== null || renewed) stored.resetAtMs = reset;
    stored.status = reading.status;
    stored.source = reading.source;
    stored.observedMs = observedMs;
    if (reading.scope === "model" && family !== null) stored.family = family;
    return stored;
  }

  /** Leaves out of what was counted since a reading what ended before it: the reading holds that already. */
  leaveOut(tokens: number, atMs: number): void {
    for (const window of this.all) if (window.observedMs > atMs) window.countedTokens += tokens;
  }

  /** Tells a tally that was opened later which resets its windows have. */
  adopt(tally: Tally, clock: LogicalClock): void {
    const now = clock.highWaterMs;
    for (const window of this.all) {
      if (window.scope !== "account" || window.resetAtMs === null || window.lengthMs === null) continue;
      for (const own of [tally.rolling, tally.weekly]) {
        if (own.counter.lengthMs !== window.lengthMs) continue;
        own.counter.advance(now);
        own.counter.declare(window.resetAtMs + clock.offsetMs, now);
      }
    }
  }

  restore(windows: readonly DeclaredWindow[]): void {
    this.all.splice(0, this.all.length, ...windows.slice(0, MAX_WINDOWS));
  }

  forget(): void {
    this.all.length = 0;
  }

  #open(reading: WindowReading, logicalMs: number): DeclaredWindow | null {
    const stored = this.all.find((window) => window.name === reading.name && window.scope === reading.scope);
    if (stored !== undefined) return stored;
    if (this.all.length >= MAX_WINDOWS) return null;
    const window: DeclaredWindow = {
      name: reading.name,
      constraintName: `lane:${reading.name}`,
      lengthMs: reading.lengthMs ?? windowLengthMs(reading.name),
      usedRatio: null,
      resetAtMs: null,
      status: null,
      scope: reading.scope,
      family: null,
      source: reading.source,
      observedMs: logicalMs,
      countedTokens: 0,
      readings: [],
    };
    this.all.push(window);
    return window;
  }
}

/** What still holds of a declared window: nothing of it once its reset has passed. */
export function currentReading(window: DeclaredWindow, wallMs: number, logicalMs: number): CurrentReading {
  if (window.resetAtMs !== null && wallMs >= window.resetAtMs) {
    return { usedRatio: null, resetAtMs: null, spent: false, believed: false };
  }
  const full = window.status === "rejected" || (window.usedRatio ?? 0) >= 1;
  const believed = window.resetAtMs !== null || logicalMs - window.observedMs < UNDATED_BLOCK_MS;
  return { usedRatio: window.usedRatio, resetAtMs: window.resetAtMs, spent: full && believed, believed };
}

/**
 * Whether a window binds models of `family`. A model-scoped one binds only the family last seen with it; before any
 * was seen, the family its own name ends in (`7d_opus`).
 */
export function bindsFamily(window: DeclaredWindow, family: string): boolean {
  if (window.scope === "account") return true;
  if (window.family !== null) return window.family === family;
  const suffix = window.name.slice(window.name.lastIndexOf("_") + 1).toLowerCase();
  return suffix !== window.name.toLowerCase() && family.split("-").includes(suffix);
}

/** How long ago a reading was taken, ms. A time that lies ahead is a fault of somebody's clock. */
function ageOf({ observedAtMs }: WindowReading, wallMs: number): number {
  return observedAtMs === undefined || !Number.isFinite(observedAtMs)
    ? 0
    : Math.max(0, wallMs - observedAtMs);
}

/** Answers are not judged in the order in which they came: an older one undoes nothing that is trusted as much. */
function mayReplace(stored: DeclaredWindow, { source }: WindowReading, observedMs: number): boolean {
  if (observedMs - stored.observedMs >= TRUST_MS) return true;
  const trust = NUMBER_SOURCES.indexOf(source) - NUMBER_SOURCES.indexOf(stored.source);
  return trust < 0 || (trust === 0 && observedMs >= stored.observedMs);
}

/**
 * A client's status line repeats what its last answer said, however long ago. Within a window use only grows, so a lower
 * share of the same window is an older one, and so is a window that ends sooner.
 */
function isRemembered(stored: DeclaredWindow, reading: WindowReading, wallMs: number): boolean {
  const known = stored.resetAtMs;
  if (reading.source !== "statusline" || known === null || known <= wallMs) return false;
  if (reading.resetAtMs !== null && reading.resetAtMs >= known + RESET_JITTER_MS) return false;
  if (reading.resetAtMs !== null && reading.resetAtMs <= known - RESET_JITTER_MS) return true;
  return (usableRatio(reading.usedRatio) ?? 0) < (stored.usedRatio ?? 0);
}

/** What a window can be used; a number of any other kind says nothing. */
export function usableRatio(ratio: number | null): number | null {
  return isUsedRatio(ratio) ? ratio : null;
}

/** A reset from another run of the process: none where no window of that length could have ended so late. */
export function savedReset(
  resetAtMs: number | null,
  observedMs: number,
  lengthMs: number | null,
): number | null {
  if (resetAtMs === null) return null;
  return resetAtMs - observedMs <= (lengthMs ?? LONGEST_MS) + SAVED_SLACK_MS ? resetAtMs : null;
}

/** A reset that lies ahead, no further than the window is long; jitter around the known one keeps the known one. */
function usableReset(reading: WindowReading, stored: DeclaredWindow, wallMs: number): number | null {
  const reset = reading.resetAtMs;
  if (reset === null || !Number.isFinite(reset) || reset <= wallMs) return null;
  const latest = wallMs + (stored.lengthMs ?? LONGEST_MS) + RESET_SLACK_MS;
  // What a client repeats may be anything; a lane's own word is cut to what it can mean.
  if (reset > latest && reading.source === "statusline") return null;
  const clamped = Math.min(reset, latest);
  const known = stored.resetAtMs;
  return known !== null && Math.abs(clamped - known) < RESET_JITTER_MS && known > wallMs ? known : clamped;
}

/** Whether the stored numbers belong to a window that is over. */
function isRenewed(stored: DeclaredWindow, reset: number | null, wallMs: number): boolean {
  if (stored.resetAtMs === null) return false;
  return wallMs >= stored.resetAtMs || (reset !== null && reset >= stored.resetAtMs + RESET_JITTER_MS);
}
