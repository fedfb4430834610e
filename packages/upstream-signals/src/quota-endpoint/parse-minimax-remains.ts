import type { WindowReading } from "@ccp/usage-contract";
import { asAmount, asArray, asObject, asText, asTimeMs, type JsonObject } from "../text/values.ts";
import { windowLengthMs, windowName } from "../window-name.ts";
import { failure, type QuotaReport, ratio, reading, report } from "./quota-report.ts";

/** Entries that count other things than model calls. */
const MEDIA = /video|image|speech|music|audio|hailuo/i;

/** One of the two windows of an entry, by the names of its members. */
interface WindowMembers {
  readonly prefix: string;
  readonly start: string;
  readonly end: string;
  readonly name: string;
}
const INTERVAL: WindowMembers = {
  prefix: "current_interval",
  start: "start_time",
  end: "end_time",
  name: "5h",
};
const WEEK: WindowMembers = {
  prefix: "current_weekly",
  start: "weekly_start_time",
  end: "weekly_end_time",
  name: "7d",
};

/**
 * `GET /v1/token_plan/remains` of MiniMax: `*_remaining_percent` is what is LEFT. Without it nothing is known:
 * `*_usage_count` has meant used and left in turn. Amounts are given only where they agree with the percentage.
 */
export function parseMinimaxRemains(root: JsonObject): QuotaReport {
  const response = asObject(root.base_resp);
  const code = asAmount(response?.status_code);
  if (code !== null && code !== 0) return failure(`code ${code}: ${asText(response?.status_msg) ?? "error"}`);
  const entries = asArray(root.model_remains).map(asObject);
  const entry =
    entries.find((candidate) => candidate?.model_name === "general") ??
    entries.find((candidate) => candidate && !MEDIA.test(asText(candidate.model_name) ?? "")) ??
    null;
  if (entry === null) return failure("no model plan in the answer");
  const readings = [INTERVAL, WEEK].map((members) => readWindow(entry, members));
  return report(
    readings.filter((window) => window !== null),
    null,
  );
}

function readWindow(entry: JsonObject, members: WindowMembers): WindowReading | null {
  const left = asAmount(entry[`${members.prefix}_remaining_percent`]);
  const resetAtMs = asTimeMs(entry[members.end]);
  const startMs = asTimeMs(entry[members.start]);
  if (left === null && resetAtMs === null) return null;
  const lengthMs = startMs === null || resetAtMs === null ? null : resetAtMs - startMs;
  const name = (lengthMs === null ? null : windowName(lengthMs)) ?? members.name;
  const usedRatio = left === null ? null : Math.max(0, 100 - left) / 100;
  return reading({
    name,
    lengthMs: windowLengthMs(name),
    usedRatio,
    resetAtMs,
    ...amounts(entry, members.prefix, usedRatio),
  });
}

function amounts(
  entry: JsonObject,
  prefix: string,
  usedRatio: number | null,
): Pick<WindowReading, "usedAmount" | "limitAmount"> | null {
  const limitAmount = asAmount(entry[`${prefix}_total_count`]);
  const usedAmount = asAmount(entry[`${prefix}_usage_count`]);
  const counted = ratio(usedAmount, limitAmount);
  if (usedRatio === null || counted === null || Math.abs(counted - usedRatio) > 0.02) return null;
  return { usedAmount, limitAmount };
}
