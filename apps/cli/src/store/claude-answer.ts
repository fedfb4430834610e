import { createHash } from "node:crypto";
import { readMessagesUsage, spentUsage } from "@ccp/token-extractors";
import { MAX_TOKEN_COUNT, NO_USAGE, toCounts } from "@ccp/usage-contract/core";

/** What one line of a transcript says of an answer. */
export interface ClaudeAnswer {
  /** What names the answer in every transcript that repeats it; hashed before it is kept. */
  readonly messageId: string;
  readonly requestId: string | null;
  readonly sessionId: string | null;
  /** Epoch seconds at which it was written down. */
  readonly ts: number;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly creationTokens: number;
  readonly readTokens: number;
}

/** A line that is an answer's and cannot be counted. */
export interface BadLine {
  readonly bad: string;
}

/** Before it there was no Claude Code. */
const EARLIEST_TS = Date.UTC(2024, 0, 1) / 1000;
/** Clocks of two machines may differ by this much. */
const AHEAD_SEC = 3600;

/**
 * Reads one line of a transcript. `null` for everything that is no answer of a model: what people said, tools, notes,
 * and the answers that Claude Code makes up itself (an error it shows).
 *
 * @param nowMs An answer from the future is none.
 */
export function readClaudeAnswer(line: string, nowMs: number): ClaudeAnswer | BadLine | null {
  // Most lines are no answers and some are very long: they are not worth taking apart.
  if (!line.includes('"usage"') || !line.includes('"assistant"')) return null;
  const parsed = parse(line);
  return parsed === undefined ? { bad: "not whole: it is no JSON" } : readEntry(toRecord(parsed), nowMs);
}

/**
 * Records that stand whole in a line that is not: a writer was cut off and the next one went on behind it, or two records
 * have no line end between them.
 */
export function wholeRecords(line: string): string[] {
  const starts = [...line.matchAll(RECORD_START)].slice(0, MAX_RECORDS).map(({ index }) => index);
  return starts.flatMap((start, at) => {
    const end = starts.slice(at + 1).find((next) => parse(line.slice(start, next)) !== undefined);
    const record = line.slice(start, end);
    return parse(record) === undefined ? [] : [record];
  });
}

/** The members that Claude Code's records begin with. */
const RECORD_START =
  /\{"(?:(?:parentUuid|isSidechain|sessionId|uuid|timestamp|requestId|cwd)":|type": ?"(?:assistant|user|system|summary)")/g;
const MAX_RECORDS = 20;

function readEntry(entry: Readonly<Record<string, unknown>>, nowMs: number): ClaudeAnswer | BadLine | null {
  const message = toRecord(entry.message);
  const { model } = message;
  if (entry.type !== "assistant" || typeof message.usage !== "object" || message.usage === null) return null;
  if (typeof model !== "string" || model === "" || model === "<synthetic>") return null;
  const ts = typeof entry.timestamp === "string" ? Date.parse(entry.timestamp) / 1000 : Number.NaN;
  if (!Number.isFinite(ts)) return { bad: "without a time" };
  if (ts < EARLIEST_TS || ts > nowMs / 1000 + AHEAD_SEC)
    return { bad: `of a time that cannot be: ${String(entry.timestamp)}` };
  const counts = readCounts(message.usage);
  const requestId = toName(entry.requestId);
  const sessionId = toName(entry.sessionId);
  // Without any name the moment and the numbers are one: copies of the line have the same.
  const messageId = toName(message.id) ?? requestId ?? JSON.stringify([ts, model, counts]);
  return { messageId, requestId, sessionId, ts, model: model.slice(0, 200), ...counts };
}

type Counts = Pick<ClaudeAnswer, "inputTokens" | "outputTokens" | "creationTokens" | "readTokens">;

function readCounts(usage: unknown): Counts {
  const read = readMessagesUsage(usage);
  const counts = toCounts(read === null ? NO_USAGE : spentUsage(read));
  return {
    inputTokens: Math.min(counts.inputTokens, MAX_TOKEN_COUNT),
    outputTokens: Math.min(counts.outputTokens, MAX_TOKEN_COUNT),
    creationTokens: Math.min(counts.cacheCreationTokens, MAX_TOKEN_COUNT),
    readTokens: Math.min(counts.cacheReadTokens, MAX_TOKEN_COUNT),
  };
}

function toName(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** A fingerprint: what is kept for ever names nobody's conversation. */
export function answerId(messageId: string, name: string): string {
  return `claude:${createHash("sha256").update(`${messageId}\n${name}`).digest("hex").slice(0, 24)}`;
}
