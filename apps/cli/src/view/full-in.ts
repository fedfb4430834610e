/**
 * When a window will be full at the pace of the last 15 minutes.
 * - `unknown`: no pace or no limit is known
 * - `idle`: nothing was used
 * - `full`: it is full now
 * - `early`: it fills `earlySec` before it resets
 * - `lasts`: it resets first, or `resetSec` is unknown
 */
export type FullIn =
  | { readonly kind: "unknown" | "idle" | "full" }
  | { readonly kind: "early"; readonly fullInSec: number; readonly earlySec: number }
  | { readonly kind: "lasts"; readonly fullInSec: number; readonly resetInSec: number | null };

/**
 * @param headroom What is left, in any unit (tokens, share of the window); `null` is unknown, at most 0 is full.
 * @param perMinute Pace in the same unit; `null` is unknown.
 * @param resetInSec Seconds to the reset; `null` is unknown.
 */
export function assessFullIn(
  headroom: number | null,
  perMinute: number | null,
  resetInSec: number | null,
): FullIn {
  if (headroom === null) return { kind: "unknown" };
  if (headroom <= 0) return { kind: "full" };
  if (perMinute === null) return { kind: "unknown" };
  if (perMinute === 0) return { kind: "idle" };
  const fullInSec = (headroom / perMinute) * 60;
  if (resetInSec === null || fullInSec >= resetInSec) return { kind: "lasts", fullInSec, resetInSec };
  return { kind: "early", fullInSec, earlySec: resetInSec - fullInSec };
}
