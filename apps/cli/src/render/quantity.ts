const UNITS = [
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3],
] as const;

/**
 * A count in three digits.
 *
 * @example
 * tokensText(1_240_000); // => "1.24M"
 */
export function tokensText(count: number): string {
  const rounded = Math.round(count);
  // 999,999 is 1.00M, not 1000k.
  for (const [unit, size] of UNITS) {
    if (Number((rounded / size).toPrecision(3)) >= 1) return threeDigits(rounded / size) + unit;
  }
  return String(rounded);
}

function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded >= 100 ? String(Math.round(value)) : rounded.toFixed(rounded >= 10 ? 1 : 2);
}

/**
 * A ratio as percent used. Never rounded onto 0 % or 100 %: those say that nothing was used, or all.
 *
 * @param ratio 0..1, may exceed 1; `null` is unknown.
 */
export function percentText(ratio: number | null): string {
  if (ratio === null) return "?";
  const rounded = Math.round(ratio * 100);
  if (ratio > 0 && rounded === 0) return "<1%";
  return ratio < 1 && rounded === 100 ? "99%" : `${rounded}%`;
}

/** The used share; where no cap is known the tokens, which are known: usage must be seen on every screen. */
export function shareText(ratio: number | null = null, usedTokens: number | null = null): string {
  return ratio === null && usedTokens !== null && usedTokens > 0
    ? tokensText(usedTokens)
    : percentText(ratio);
}

/**
 * A time span in two units at most, rounded down: `45s`, `24m`, `1h39m`, `2d13h`.
 */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${String(minutes % 60).padStart(2, "0")}m`;
  return `${Math.floor(hours / 24)}d${hours % 24}h`;
}

/** A wait that somebody sits through: seconds up to ten minutes, e.g. `212s`. */
export function waitText(seconds: number): string {
  return seconds < 600 ? `${Math.max(0, Math.ceil(seconds))}s` : spanText(seconds);
}

/** Milliseconds as people read them: `84ms`, `0.84s`, `2.9s`, `31s`, `1m12s`. */
export function millisText(ms: number | null): string {
  if (ms === null) return "-";
  if (ms < 100) return `${Math.round(ms)}ms`;
  const seconds = ms / 1000;
  if (seconds < 0.995) return `${seconds.toFixed(2)}s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  if (seconds < 59.5) return `${Math.round(seconds)}s`;
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)}m${String(rounded % 60).padStart(2, "0")}s`;
}

/** Tokens per second: one decimal below 10. */
export function rateText(perSecond: number | null): string {
  if (perSecond === null) return "-";
  return perSecond < 9.95 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}
