import { NUMBER_SOURCES } from "@ccp/usage-contract/core";
import { type DeclaredWindow, savedReset, usableRatio } from "../assess/declared-windows.ts";
import type { UnitSpan } from "../calibration/unit-learner.ts";
import type { LaneState } from "../ledger/lane-state.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SharePoint } from "../usage/share-pace.ts";
import { asPerByte } from "./model-state.ts";
import { asCount, asList, asNumber, asObject, asObjects, asText, type Json } from "./read-json.ts";

type SavedWindow = Omit<DeclaredWindow, "constraintName" | "countedTokens" | "readings"> & {
  /** Counted tokens of the lane since the ratio was read. */
  readonly sinceTokens: number;
  /** Older snapshots have none: the pace then begins anew. */
  readonly readings: readonly SavedReading[];
};

type SavedReading = Omit<SharePoint, "countedTokens"> & { readonly sinceTokens: number };

export interface LaneSnapshot {
  readonly lane: string;
  readonly perByte: readonly number[];
  readonly windows: readonly SavedWindow[];
  readonly units: readonly { readonly window: string; readonly spans: readonly UnitSpan[] }[];
}

export function saveLane(lane: LaneState): LaneSnapshot {
  return {
    lane: lane.lane,
    perByte: lane.perByte.toJSON(),
    windows: lane.declared.all.map(({ constraintName: _, countedTokens, readings, ...window }) => ({
      ...window,
      sinceTokens: lane.countedTokens - countedTokens,
      readings: readings.map((point) => saveReading(point, lane.countedTokens)),
    })),
    units: [...lane.units.byWindow].map(([window, learner]) => ({ window, spans: learner.toJSON() })),
  };
}

function saveReading({ atMs, ratio, countedTokens }: SharePoint, laneTokens: number): SavedReading {
  return { atMs, ratio, sinceTokens: laneTokens - countedTokens };
}

/** @returns Whether the state named a lane. */
export function restoreLane(ledger: Ledger, state: Json, nowMs: number): boolean {
  const name = asText(state.lane);
  if (name === null) return false;
  const lane = ledger.openLane(name);
  lane.perByte.restore(asPerByte(state));
  lane.declared.restore(asObjects(state.windows).flatMap((window) => readWindow(window) ?? []));
  for (const unit of asObjects(state.units)) {
    const window = asText(unit.window);
    if (window !== null) lane.units.open(window).restore(asList(unit.spans).flatMap(readSpan), nowMs);
  }
  return true;
}

function readWindow(state: Json): DeclaredWindow | null {
  const name = asText(state.name);
  const observedMs = asNumber(state.observedMs);
  const source = NUMBER_SOURCES.find((known) => known === state.source);
  if (name === null || observedMs === null || source === undefined) return null;
  const status = (["allowed", "allowed_warning", "rejected"] as const).find(
    (known) => known === state.status,
  );
  const lengthMs = asNumber(state.lengthMs);
  return {
    name,
    constraintName: `lane:${name}`,
    lengthMs,
    usedRatio: usableRatio(asNumber(state.usedRatio)),
    resetAtMs: savedReset(asNumber(state.resetAtMs), observedMs, lengthMs),
    status: status ?? null,
    scope: state.scope === "model" ? "model" : "account",
    family: asText(state.family),
    source,
    observedMs,
    // The restored lane counts from 0.
    countedTokens: -asCount(state.sinceTokens),
    readings: asObjects(state.readings).flatMap(readReading),
  };
}

function readReading(state: Json): SharePoint[] {
  const atMs = asNumber(state.atMs);
  const ratio = usableRatio(asNumber(state.ratio));
  if (atMs === null || ratio === null) return [];
  return [{ atMs, ratio, countedTokens: -asCount(state.sinceTokens) }];
}

function readSpan(value: unknown): UnitSpan[] {
  const span = asObject(value);
  const counts = asObject(span?.counts);
  const atMs = asNumber(span?.atMs);
  const points = asNumber(span?.points);
  if (counts === null || atMs === null || points === null || !(points > 0)) return [];
  return [
    {
      atMs,
      points,
      counts: {
        inputTokens: asCount(counts.inputTokens),
        outputTokens: asCount(counts.outputTokens),
        cacheCreationTokens: asCount(counts.cacheCreationTokens),
        cacheReadTokens: asCount(counts.cacheReadTokens),
      },
    },
  ];
}
