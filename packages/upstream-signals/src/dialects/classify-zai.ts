import { asWord, type ErrorBody } from "../error-body.ts";
import { findStamp } from "../http-date.ts";
import type { Refusal, Verdict } from "../refusal.ts";
import { windowInWords } from "../window-name.ts";
import { ZAI_CODES } from "./zai-codes.ts";

/** Z.AI and BigModel write reset times in this zone, on both hosts, in English and in Chinese. */
const UTC_PLUS_8_MINUTES = 480;
/** A week with a day to spare: a reset further away is that of a month. */
const MORE_THAN_A_WEEK_MS = 8 * 24 * 3_600_000;

/**
 * Z.AI's and BigModel's refusals, by business code alone. Their `anthropic-ratelimit-unified-*` headers say
 * `rejected` for a mere throttle and are not looked at.
 */
export function classifyZai(refusal: Refusal): Verdict | null {
  const { body, nowMs } = refusal;
  const code = findCode(body);
  const known = ZAI_CODES.get(code ?? "");
  if (code === null || known === undefined) return null;
  if (known.kind !== "quota") return { kind: known.kind, scope: known.scope, source: "body", code };
  const resetAtMs = findStamp(body.message ?? "", UTC_PLUS_8_MINUTES);
  const window = windowInWords(body.message) ?? known.window ?? windowByReset(resetAtMs, nowMs);
  return { kind: "quota", scope: known.scope, source: "body", code, resetAtMs, window };
}

/** The code stands in one of four places, depending on the year and the endpoint: the first known one counts. */
function findCode(body: ErrorBody): string | null {
  const places = [
    asWord(body.error?.code),
    /\d{4}/.exec(body.type ?? "")?.[0] ?? null,
    /^\s*\[(\d{4})\]/.exec(body.message ?? "")?.[1] ?? null,
    asWord(body.root?.code),
  ];
  return places.find((code) => code !== null && ZAI_CODES.has(code)) ?? null;
}

function windowByReset(resetAtMs: number | null, nowMs: number): string | null {
  if (resetAtMs === null) return null;
  return resetAtMs - nowMs > MORE_THAN_A_WEEK_MS ? "month" : "7d";
}
