import { join } from "node:path";
import type { QuotaEngine, UsageRecord } from "@ccp/quota-engine";
import type { LaneBook } from "@ccp/router-policy";
import type { UsageEvent } from "@ccp/usage-contract";
import { foldEvents } from "@ccp/usage-store";
import { readJsonState, readUsageLog, writeJsonState } from "@ccp/usage-store/node";
import type { Clock, Notice } from "../deps.ts";

const STATE_NAME = "gateway-state.json";
const VERSION = 1;
const WEEK_MS = 604_800_000;

/** What survives a restart: a snapshot of counts and marks, and the log lines written after it. */
export interface GatewayState {
  /** Brings engine and book to where the last process left them. @returns Log events replayed. */
  restore(): number;
  save(): void;
}

export interface GatewayStateParts {
  readonly stateDir: string;
  readonly logsDir: string;
  readonly engine: QuotaEngine;
  readonly book: LaneBook;
  readonly clock: Clock;
  readonly notice: Notice;
}

export function createGatewayState(parts: GatewayStateParts): GatewayState {
  const path = join(parts.stateDir, STATE_NAME);
  return {
    restore() {
      const savedMs = restoreSnapshot(path, parts);
      return replayLog(parts, savedMs ?? parts.clock.wallMs() - WEEK_MS, savedMs !== null);
    },
    save() {
      const value = {
        version: VERSION,
        saved_ms: parts.clock.wallMs(),
        engine: parts.engine.snapshot(),
        book: parts.book.snapshot(),
      };
      const written = writeJsonState(path, value);
      if (!written.success)
        parts.notice("warn", `${path} cannot be written (${written.reason}); the log still has all`);
    },
  };
}

function restoreSnapshot(path: string, parts: GatewayStateParts): number | null {
  const stored = readJsonState(path);
  if (stored.kind === "missing") return null;
  if (stored.kind === "invalid" || !isSnapshot(stored.value)) {
    parts.notice("warn", `${path} cannot be read; the counts are rebuilt from the log`);
    return null;
  }
  const nowMs = parts.clock.wallMs();
  const restored = parts.engine.restore(stored.value.engine, nowMs);
  if (!restored.restored) {
    parts.notice("warn", `${path}: ${restored.reason}; the counts are rebuilt from the log`);
    return null;
  }
  parts.book.restore(stored.value.book, nowMs);
  return stored.value.saved_ms;
}

function isSnapshot(value: unknown): value is { saved_ms: number; engine: unknown; book: unknown } {
  const record = value as { version?: unknown; saved_ms?: unknown } | null;
  return record?.version === VERSION && typeof record.saved_ms === "number";
}

/** Events of the moment of the snapshot are in it already: they were booked before it was taken. */
function replayLog(parts: GatewayStateParts, sinceMs: number, haveSnapshot: boolean): number {
  const nowMs = parts.clock.wallMs();
  let replayed = 0;
  foldEvents(readUsageLog(parts.logsDir, { sinceMs }), (event) => {
    const record = toRecord(event, parts.clock);
    if (record === null || (haveSnapshot && record.atMs <= sinceMs)) return;
    parts.engine.record(record, nowMs);
    replayed += 1;
  });
  return replayed;
}

/** The usage of a completion line; `null` for lines that spent nothing. */
export function toRecord(event: UsageEvent, clock: Pick<Clock, "localHour">): UsageRecord | null {
  if (event.event !== undefined || event.usage_source === null) return null;
  const atMs = event.ts * 1000;
  return {
    lane: event.lane,
    model: event.model,
    counts: {
      inputTokens: event.input_tokens ?? 0,
      outputTokens: event.output_tokens ?? 0,
      cacheCreationTokens: event.cache_creation_tokens ?? 0,
      cacheReadTokens: event.cache_read_tokens ?? 0,
    },
    atMs,
    wallMs: event.latency_ms ?? 0,
    streamMs: event.stream_ms ?? 0,
    ttftMs: event.ttft_ms,
    localHour: clock.localHour(atMs),
    estimated: event.usage_source === "estimate",
  };
}
