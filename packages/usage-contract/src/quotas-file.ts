import * as v from "valibot";
import {
  DEFAULT_DWELL_SEC,
  DEFAULT_WARN_PCT,
  PREEMPT_POINTS,
  type QuotaConfig,
  type QuotaRule,
  ROLLING_WINDOW_MS,
  WEEKLY_WINDOW_MS,
  type WeeklyAnchor,
} from "./quota-config.ts";
import { DEFAULT_WEIGHTS } from "./token-usage.ts";
import { laneId } from "./words.ts";

/** Numbers outside these are slips: milliseconds for seconds, percent for a share. A window of them would never fill or end. */
const MAX_CAP = 1_000_000_000_000;
const MAX_ROLLING_SEC = 31 * 86_400;
const MAX_WEEKLY_SEC = 366 * 86_400;
const MAX_DWELL_SEC = 86_400;
const MAX_WEIGHT = 1000;

function whole(unit: string, min: number, max: number) {
  const message = `expected a whole number of ${unit} from ${min} to ${max}`;
  return v.pipe(v.number(), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

function above0(max: number, what: string) {
  const message = `expected ${what} above 0 and up to ${max}`;
  return v.pipe(v.number(), v.gtValue(0, message), v.maxValue(max, message));
}

function from0(max: number, what: string) {
  const message = `expected ${what} from 0 to ${max}`;
  return v.pipe(v.number(), v.minValue(0, message), v.maxValue(max, message));
}

const weight = from0(MAX_WEIGHT, "a weight");
const WeightsSchema = v.strictObject({
  input: v.optional(weight),
  output: v.optional(weight),
  cache_creation: v.optional(weight),
  cache_read: v.optional(weight),
});
const share = v.optional(from0(1, "a share"));
const ReserveSchema = v.strictObject({ subagent: share, background: share });

const ANCHOR = /^(sun|mon|tue|wed|thu|fri|sat) ([01]\d|2[0-3]):([0-5]\d)$/i;
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** A rule as it stands in the file; the quotas view repeats it in an open object. */
export const quotaRuleEntries = {
  provider: v.pipe(v.string(), v.minLength(1)),
  rolling_tokens: v.optional(v.nullable(whole("tokens", 1, MAX_CAP))),
  rolling_kind: v.optional(v.picklist(["sliding", "anchored"])),
  weekly_limit_type: v.optional(v.picklist(["tokens", "hours"])),
  weekly_limit_value: v.optional(v.nullable(above0(MAX_CAP, "a number of tokens or hours"))),
  weekly_kind: v.optional(v.picklist(["sliding", "fixed"])),
  weekly_anchor: v.optional(
    v.pipe(v.string(), v.regex(ANCHOR, 'expected a UTC weekday and time such as "mon 09:00"')),
  ),
  warn_pct: v.optional(above0(1, "a share")),
  weights: v.optional(WeightsSchema),
  reserve: v.optional(ReserveSchema),
};

/** Settings of the whole file; the quotas view repeats them in an open object. */
export const quotaSettingEntries = {
  preempt_at: v.optional(v.picklist(PREEMPT_POINTS)),
  dwell_sec: v.optional(from0(MAX_DWELL_SEC, "seconds")),
};

export const quotaWindowEntries = {
  rolling_seconds: v.optional(whole("seconds", 1, MAX_ROLLING_SEC)),
  weekly_seconds: v.optional(whole("seconds", 1, MAX_WEEKLY_SEC)),
};

/** `quotas.json` as it stands on disk. */
export const QuotasFileSchema = v.strictObject({
  $schema: v.optional(v.string()),
  windows: v.optional(v.strictObject(quotaWindowEntries)),
  ...quotaSettingEntries,
  models: v.optional(v.record(v.string(), v.strictObject(quotaRuleEntries))),
  pools: v.optional(
    v.record(
      v.string(),
      v.strictObject({ ...quotaRuleEntries, models: v.pipe(v.array(v.string()), v.minLength(1)) }),
    ),
  ),
});
export type QuotasFile = v.InferOutput<typeof QuotasFileSchema>;
type RuleEntry = Omit<NonNullable<QuotasFile["pools"]>[string], "models">;

/** The file's values with every default filled in. */
export function toQuotaConfig(file: QuotasFile): QuotaConfig {
  return {
    rollingMs: file.windows?.rolling_seconds ? file.windows.rolling_seconds * 1000 : ROLLING_WINDOW_MS,
    weeklyMs: file.windows?.weekly_seconds ? file.windows.weekly_seconds * 1000 : WEEKLY_WINDOW_MS,
    preemptAt: file.preempt_at ?? "block",
    dwellSec: file.dwell_sec ?? DEFAULT_DWELL_SEC,
    models: Object.entries(file.models ?? {}).map(([key, entry]) => ({ key, ...toRule(entry) })),
    pools: Object.entries(file.pools ?? {}).map(([name, { models, ...entry }]) => ({
      name,
      models,
      ...toRule(entry),
    })),
  };
}

function toRule(entry: RuleEntry): QuotaRule {
  return {
    lane: laneId(entry.provider),
    rollingTokens: entry.rolling_tokens ?? null,
    rollingKind: entry.rolling_kind ?? "sliding",
    weeklyLimitType: entry.weekly_limit_type ?? "tokens",
    weeklyLimitValue: entry.weekly_limit_value ?? null,
    weeklyKind: entry.weekly_kind ?? "sliding",
    weeklyAnchor: toAnchor(entry.weekly_anchor),
    warnPct: entry.warn_pct ?? DEFAULT_WARN_PCT,
    weights: {
      input: entry.weights?.input ?? DEFAULT_WEIGHTS.input,
      output: entry.weights?.output ?? DEFAULT_WEIGHTS.output,
      cacheCreation: entry.weights?.cache_creation ?? DEFAULT_WEIGHTS.cacheCreation,
      cacheRead: entry.weights?.cache_read ?? DEFAULT_WEIGHTS.cacheRead,
    },
    reserve: { subagent: entry.reserve?.subagent ?? 0, background: entry.reserve?.background ?? 0 },
  };
}

function toAnchor(text: string | undefined): WeeklyAnchor | null {
  const [, day, hour, minute] = ANCHOR.exec(text ?? "") ?? [];
  if (day === undefined) return null;
  return { weekday: WEEKDAYS.indexOf(day.toLowerCase()), hour: Number(hour), minute: Number(minute) };
}
