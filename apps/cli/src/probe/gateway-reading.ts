import type { CalibrationWire, UsageView } from "@ccp/usage-contract";
import { modelKey } from "@ccp/usage-contract/core";
import { windowLabel } from "../view/window-name.ts";

/** What the gateway says about one model at one moment, as far as a probe compares it. */
export interface GatewayReading {
  /** The gateway's own time, epoch seconds. */
  readonly ts: number;
  /** Lane that the model's quota counts on; `null` for a model the gateway does not know yet. */
  readonly lane: string | null;
  readonly rollingSec: number;
  /** Counted tokens in the rolling window. */
  readonly usedTokens: number;
  readonly capacityTokens: number | null;
  /** Counted tokens left by the gateway's count, the smaller of both windows; `null` without a cap. */
  readonly headroomTokens: number | null;
  /** Counted tokens left of the rolling cap by what the lane itself declares; `null` where it declares nothing. */
  readonly declaredHeadroom: number | null;
  /** The gateway keeps the model off its lane because of a limit. */
  readonly cooling: boolean;
  readonly calculatedResetTs: number | null;
  readonly declaredResetTs: number | null;
}

/** @param model Any spelling: names are compared folded. */
export function readGateway(model: string, usage: UsageView, calibration: CalibrationWire): GatewayReading {
  const row = findFolded(usage.models, model);
  const rollingSec = calibration.windows.rolling_seconds;
  const learned = row === null ? undefined : findFolded(calibration.models, model)?.lanes[row.provider];
  return {
    ts: calibration.ts,
    lane: row?.provider ?? null,
    rollingSec,
    usedTokens: row?.rolling_used_tokens ?? 0,
    capacityTokens: row?.rolling_capacity_tokens ?? null,
    headroomTokens: smaller(
      tokens(row?.headroom_pct_rolling, row?.rolling_capacity_tokens),
      tokens(row?.headroom_pct_weekly, row?.weekly_capacity_tokens),
    ),
    declaredHeadroom: declaredHeadroom(
      usage,
      row?.provider,
      windowLabel(rollingSec),
      row?.rolling_capacity_tokens,
    ),
    cooling: row?.cooldown_active ?? false,
    calculatedResetTs: learned?.calculated_reset_ts ?? null,
    declaredResetTs: learned?.declared_reset_ts ?? null,
  };
}

function findFolded<T>(byName: Readonly<Record<string, T>>, model: string): T | null {
  const key = modelKey(model);
  return Object.entries(byName).find(([name]) => modelKey(name) === key)?.[1] ?? null;
}

function declaredHeadroom(
  usage: UsageView,
  lane: string | undefined,
  window: string,
  capacity: number | null | undefined,
): number | null {
  const windows = lane === undefined ? [] : (usage.lanes[lane]?.windows ?? []);
  const declared = windows.find(
    ({ name, source, model }) =>
      name === window && model === undefined && (source === "header" || source === "endpoint"),
  );
  if (declared === undefined || declared.used_pct === null) return null;
  return tokens(Math.max(0, 1 - declared.used_pct), capacity);
}

function tokens(share: number | null | undefined, capacity: number | null | undefined): number | null {
  return share == null || capacity == null ? null : share * capacity;
}

function smaller(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
