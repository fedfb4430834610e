import type { WindowReading } from "@ccp/usage-contract";
import { asWord } from "../error-body.ts";
import { asAmount, asArray, asObject, asText, asTimeMs, type JsonObject } from "../text/values.ts";
import { windowLengthMs } from "../window-name.ts";
import { failure, percent, type QuotaReport, ratio, reading, report } from "./quota-report.ts";

/** `unit` → letter of a window's name. */
const UNITS: ReadonlyMap<unknown, string> = new Map([
  [3, "h"],
  [4, "d"],
  [6, "w"],
]);
const MONTH_UNIT = 5;

/**
 * `GET /api/monitor/usage/quota/limit` of Z.AI and BigModel. A window is known by `unit` and `number` alone: its
 * `type` was renamed once and the order changes. Errors come as HTTP 200 with a code in the body.
 *
 * A month that counts tool calls (it lists them) does not bind model calls and is left out.
 */
export function parseZaiQuota(root: JsonObject): QuotaReport {
  const data = asObject(root.data);
  const code = asWord(root.code);
  if (root.success === false || (code !== null && code !== "200") || data === null) {
    return failure(`code ${code ?? "unknown"}: ${asText(root.msg) ?? "no data"}`);
  }
  const readings = asArray(data.limits).map((limit) => readLimit(asObject(limit)));
  return report(
    readings.filter((window) => window !== null),
    asText(data.level),
  );
}

function readLimit(limit: JsonObject | null): WindowReading | null {
  const name = limit === null ? null : nameOf(limit);
  if (limit === null || name === null) return null;
  const limitAmount = asAmount(limit.usage); // `usage` is the limit, `currentValue` what was used
  const usedAmount = asAmount(limit.currentValue);
  return reading({
    name,
    lengthMs: windowLengthMs(name),
    // The percentage is floored: 72 of 72.5. Use the amounts where there are some.
    usedRatio: ratio(usedAmount, limitAmount) ?? percent(limit.percentage),
    // An idle window has no reset: it starts at first use.
    resetAtMs: asTimeMs(limit.nextResetTime),
    usedAmount,
    limitAmount,
  });
}

function nameOf(limit: JsonObject): string | null {
  const number = asAmount(limit.number);
  if (number === null || !Number.isInteger(number) || number === 0) return null;
  if (limit.unit === MONTH_UNIT) {
    const countsTools = limit.type === "TIME_LIMIT" || asArray(limit.usageDetails).length > 0;
    return number === 1 && !countsTools ? "month" : null;
  }
  const letter = UNITS.get(limit.unit);
  if (letter === undefined) return null;
  return letter === "w" ? `${number * 7}d` : `${number}${letter}`;
}
