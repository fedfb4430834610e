import type { WindowReading } from "@ccp/usage-contract";
import { findStamp } from "../http-date.ts";
import { asArray, asObject, asText, asTimeMs, type JsonObject } from "../text/values.ts";
import { windowLengthMs } from "../window-name.ts";
import { failure, percent, type QuotaReport, reading, report } from "./quota-report.ts";

/** Members that count a product's calls, not a family of models. */
const SURFACES: ReadonlySet<string> = new Set(["oauth_apps", "cowork"]);
/** Families whose window has another name in the response headers. */
const FAMILY_WINDOWS: ReadonlyMap<string, string> = new Map([["fable", "7d_oi"]]);

/**
 * `GET /api/oauth/usage` of Anthropic: `utilization` and `percent` are of 100 here, while the response headers use a
 * ratio. The newer form adds `limits`, with the weekly windows of single model families.
 */
export function parseAnthropicUsage(root: JsonObject): QuotaReport {
  if (root.type === "error") return failure(asText(asObject(root.error)?.message) ?? "error");
  const windows = new Map<string, WindowReading>();
  for (const [member, value] of Object.entries(root)) {
    const name = nameOfMember(member);
    const window = name === null ? null : readMember(name, asObject(value));
    if (window !== null) windows.set(window.name, window);
  }
  for (const entry of asArray(root.limits)) {
    const window = readLimit(asObject(entry));
    // The members above have decimals; `limits` has whole percent.
    if (window !== null && !windows.has(window.name)) windows.set(window.name, window);
  }
  return report([...windows.values()], null);
}

function nameOfMember(member: string): string | null {
  if (member === "five_hour") return "5h";
  if (member === "seven_day") return "7d";
  const family = /^seven_day_([a-z0-9_]+)$/.exec(member)?.[1];
  return family === undefined || SURFACES.has(family) ? null : `7d_${family}`;
}

function readMember(name: string, value: JsonObject | null): WindowReading | null {
  const usedRatio = percent(value?.utilization);
  return value === null || usedRatio === null ? null : endpointWindow(name, usedRatio, value.resets_at);
}

function readLimit(limit: JsonObject | null): WindowReading | null {
  const name = limit === null ? null : nameOfLimit(limit);
  const usedRatio = percent(limit?.percent);
  return name === null || usedRatio === null ? null : endpointWindow(name, usedRatio, limit?.resets_at);
}

function nameOfLimit(limit: JsonObject): string | null {
  if (limit.kind === "session") return "5h";
  if (limit.kind === "weekly_all") return "7d";
  if (limit.kind !== "weekly_scoped") return null;
  const family = asText(asObject(asObject(limit.scope)?.model)?.display_name)
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_");
  return family === undefined ? null : (FAMILY_WINDOWS.get(family) ?? `7d_${family}`);
}

function endpointWindow(name: string, usedRatio: number, resetsAt: unknown): WindowReading {
  return reading({
    name,
    lengthMs: windowLengthMs(name),
    usedRatio,
    resetAtMs: asTimeMs(resetsAt) ?? findStamp(asText(resetsAt) ?? "", null),
    scope: name.includes("_") ? "model" : "account",
  });
}
