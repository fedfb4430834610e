import type { LaneId, TrafficClass } from "@ccp/usage-contract";
import { keptFree } from "../assess/kept-free.ts";
import { effectiveCapacity } from "../assess/own-constraint.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { ModelEntry } from "../ledger/model-entry.ts";
import {
  advanceTally,
  capacityOf,
  kindOf,
  type TallyWindow,
  type WindowName,
  windowSpec,
} from "../ledger/tally.ts";
import type { UsageRecord } from "../types.ts";
import { COLUMNS, toRow, weigh } from "../window/columns.ts";
import type { Instant } from "../window/logical-clock.ts";
import { type OthersUse, usedByOthers } from "./others-use.ts";
import { allScopes, type Scope, scopesOf, WINDOWS } from "./shared-scopes.ts";
import type { OthersUsed, OthersView, SharedCost, SharedSeries, SharedWindow } from "./shared-types.ts";

/** The capped windows that a model counts against on a lane, as this engine reckons them. */
export function sharedWindows(
  ledger: Ledger,
  entry: ModelEntry,
  lane: LaneId,
  traffic: TrafficClass,
  at: Instant,
): SharedWindow[] {
  return scopesOf(ledger, entry, lane).flatMap((scope) => {
    if (scope.tally !== null) advanceTally(scope.tally, at.logicalMs);
    return cappedWindows(scope).map((which) => sharedWindow(ledger, scope, which, traffic, at));
  });
}

function sharedWindow(
  ledger: Ledger,
  scope: Scope,
  which: WindowName,
  traffic: TrafficClass,
  at: Instant,
): SharedWindow {
  const { id, rule, tally } = scope;
  const window = tally === null ? null : tally[which];
  const spec = windowSpec(which, rule, ledger.lengths);
  const { startMs, ownStart } = window?.counter.beginning(at.logicalMs) ?? {
    startMs: kindOf(which, rule) === "sliding" ? at.logicalMs - spec.lengthMs : null,
    ownStart: kindOf(which, rule) !== "sliding",
  };
  return {
    scope: id,
    window: which,
    lengthMs: spec.lengthMs,
    bucketMs: spec.lengthMs / spec.buckets,
    sinceMs: startMs === null ? null : startMs - at.offsetMs,
    ownStart,
    usedTokens: window?.counter.usedTokens(rule.weights) ?? 0,
    limitTokens: effectiveCapacity(capacityOf(which, rule) ?? 0, window, keptFree(rule, traffic)),
  };
}

/** What one answer adds to each scope that its model counts against. */
export function sharedCosts(ledger: Ledger, record: UsageRecord): SharedCost[] {
  const row = new Float64Array(COLUMNS);
  toRow(record.counts, row);
  return scopesOf(ledger, ledger.find(record.model), record.lane).flatMap((scope) =>
    cappedWindows(scope).map((which) => {
      const { lengthMs, buckets } = windowSpec(which, scope.rule, ledger.lengths);
      const tokens = weigh(row, scope.rule.weights);
      return { scope: scope.id, window: which, lengthMs, bucketMs: lengthMs / buckets, tokens };
    }),
  );
}

/** All that is counted in capped windows. A row has the newest time its bucket can stand for, so none leaves too early. */
export function sharedSeries(ledger: Ledger, at: Instant): SharedSeries[] {
  const series: SharedSeries[] = [];
  for (const scope of allScopes(ledger)) {
    advanceTally(scope.tally, at.logicalMs);
    for (const which of cappedWindows(scope)) {
      const { ring } = scope.tally[which].counter;
      const rows: { atMs: number; tokens: number }[] = [];
      ring.forEachRow((index, _first, row) => {
        const newestMs = Math.min((index + 1) * ring.bucketMs - 1, at.logicalMs);
        rows.push({ atMs: newestMs - at.offsetMs, tokens: weigh(row, scope.rule.weights) });
      });
      series.push({ scope: scope.id, window: which, lengthMs: ring.windowMs, bucketMs: ring.bucketMs, rows });
    }
  }
  return series;
}

/** Takes in what other gateways use and hold. */
export function observeOthers(
  ledger: Ledger,
  entry: ModelEntry,
  lane: LaneId,
  views: readonly OthersView[],
  at: Instant,
): void {
  for (const view of views) {
    const isSomething = view.usedTokens > 0 || view.heldTokens > 0 || view.startMs !== null;
    const scope = scopesOf(ledger, entry, lane).find(({ id }) => id === view.scope);
    if (scope === undefined) continue;
    // A name that nobody counted yet takes no memory: clients can make up as many as they like.
    const tally = scope.tally ?? (isSomething ? ledger.openMeter(entry, lane).tally : null);
    if (tally === null) continue;
    advanceTally(tally, at.logicalMs);
    tally.reservedByOthers = view.heldTokens;
    const window = tally[view.window];
    if (view.startMs !== null) window.counter.align(view.startMs + at.offsetMs, at.logicalMs);
    const before = view.atLeast === true ? usedByOthers(window.others, at.logicalMs) : 0;
    window.others = heard(window, Math.max(before, view.usedTokens), at.logicalMs);
  }
}

function heard(window: TallyWindow, usedTokens: number, nowMs: number): OthersUse {
  const endMs =
    window.counter.kind === "sliding" && !window.counter.declared ? null : window.counter.resetMs(nowMs);
  const untilMs = endMs ?? nowMs + window.counter.lengthMs;
  return { usedTokens, untilMs, theirShare: 0, heldBackTokens: 0 };
}

/** What they use now, as far as it is known. */
export function othersUsed(ledger: Ledger, entry: ModelEntry, lane: LaneId, at: Instant): OthersUsed[] {
  return scopesOf(ledger, entry, lane).flatMap(({ id, tally }) =>
    WINDOWS.flatMap((window) => {
      const usedTokens = tally === null ? 0 : usedByOthers(tally[window].others, at.logicalMs);
      return usedTokens > 0 ? [{ scope: id, window, usedTokens }] : [];
    }),
  );
}

/** The others cannot be heard: of the room that is left now, each gateway may use as much as any other. */
export function standAlone(ledger: Ledger, theirShare: number, at: Instant): void {
  for (const { rule, tally } of allScopes(ledger)) {
    advanceTally(tally, at.logicalMs);
    for (const which of WINDOWS) {
      const window = tally[which];
      const capacity = effectiveCapacity(capacityOf(which, rule) ?? 0, window, 0);
      const used = window.counter.usedTokens(rule.weights) + usedByOthers(window.others, at.logicalMs);
      const room = Math.max(0, capacity - used - tally.reserved - tally.reservedByOthers);
      window.others = { ...window.others, theirShare, heldBackTokens: room * theirShare };
    }
  }
}

function cappedWindows({ rule }: Scope): WindowName[] {
  return WINDOWS.filter((which) => capacityOf(which, rule) !== null);
}
