import type { WindowReading } from "@ccp/usage-contract";
import { plainText } from "../text/plain-text.ts";
import { asAmount, asRatio } from "../text/values.ts";

/** What a quota endpoint says. */
export type QuotaReport =
  | {
      readonly success: true;
      readonly readings: WindowReading[];
      /** The plan's name, e.g. `pro`; `null` where the endpoint does not say. */
      readonly level: string | null;
    }
  | { readonly success: false; readonly reason: string };

export function failure(reason: string): QuotaReport {
  return { success: false, reason: plainText(reason) ?? "no answer" };
}

/** A report, unless there is not one window in it. */
export function report(readings: WindowReading[], level: string | null): QuotaReport {
  return readings.length === 0 ? failure("no windows in the answer") : { success: true, readings, level };
}

/** A reading of an endpoint; what is left out is unknown. */
export function reading(
  window: Pick<WindowReading, "name" | "lengthMs"> & Partial<WindowReading>,
): WindowReading {
  return {
    usedRatio: null,
    resetAtMs: null,
    status: null,
    scope: "account",
    source: "endpoint",
    usedAmount: null,
    limitAmount: null,
    ...window,
  };
}

/** A percentage of 0-100 as a ratio. */
export function percent(value: unknown): number | null {
  const amount = asAmount(value);
  return amount === null ? null : asRatio(amount / 100);
}

/** Used ÷ limit; `null` when one is unknown or the limit is 0. */
export function ratio(used: number | null, limit: number | null): number | null {
  return used === null || limit === null || limit === 0 ? null : asRatio(used / limit);
}
