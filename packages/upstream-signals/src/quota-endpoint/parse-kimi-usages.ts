import type { WindowReading } from "@ccp/usage-contract";
import { findStamp } from "../http-date.ts";
import { asAmount, asArray, asObject, asText, asTimeMs, type JsonObject } from "../text/values.ts";
import { windowLengthMs, windowName } from "../window-name.ts";
import { failure, type QuotaReport, ratio, reading, report } from "./quota-report.ts";

const TIME_UNIT_MS: ReadonlyMap<unknown, number> = new Map([
  ["TIME_UNIT_MINUTE", 60_000],
  ["TIME_UNIT_HOUR", 3_600_000],
  ["TIME_UNIT_DAY", 86_400_000],
]);

/** `GET /coding/v1/usages` of Kimi: numbers are strings, and one of `used` and `remaining` may be missing. */
export function parseKimiUsages(root: JsonObject): QuotaReport {
  const error = asObject(root.error);
  if (error !== null) return failure(asText(error.message) ?? "error");
  const weekly = readDetail("7d", asObject(root.usage));
  const others = asArray(root.limits).map((limit) => readLimit(asObject(limit)));
  const level = asText(asObject(asObject(root.user)?.membership)?.level);
  return report(
    [...others, weekly].filter((window) => window !== null),
    level,
  );
}

function readLimit(limit: JsonObject | null): WindowReading | null {
  const window = asObject(limit?.window);
  const unitMs = TIME_UNIT_MS.get(window?.timeUnit);
  const duration = asAmount(window?.duration);
  const name = unitMs === undefined || duration === null ? null : windowName(duration * unitMs);
  return name === null ? null : readDetail(name, asObject(limit?.detail));
}

function readDetail(name: string, detail: JsonObject | null): WindowReading | null {
  if (detail === null) return null;
  const limitAmount = asAmount(detail.limit);
  const remaining = asAmount(detail.remaining);
  const counted = limitAmount === null || remaining === null ? null : Math.max(0, limitAmount - remaining);
  const usedAmount = asAmount(detail.used) ?? counted;
  const resetAtMs = asTimeMs(detail.resetTime) ?? findStamp(asText(detail.resetTime) ?? "", null);
  const usedRatio = ratio(usedAmount, limitAmount);
  return reading({ name, lengthMs: windowLengthMs(name), usedRatio, resetAtMs, usedAmount, limitAmount });
}
