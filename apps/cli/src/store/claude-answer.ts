import { createHash } from "node:crypto";
import { readMessagesUsage, spentUsage } from "@ccp/token-extractors";
import { NO_USAGE, toCounts } from "@ccp/usage-contract/core";

/** One answer in a transcript of Claude Code. */
export interface ClaudeAnswer {
  /** Of message id and request id: the same in every transcript that repeats it. */
  readonly id: string;
  readonly requestId: string | null;
  /** Epoch seconds at which it was written down. */
  readonly ts: number;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly creationTokens: number;
  readonly readTokens: number;
}

/**
 * Reads one line of a transcript. `null` for everything that is no answer of a model: what people said, tools, notes,
 * and the answers that Claude Code makes up itself (an error it shows).
 */
export function readClaudeAnswer(line: string): ClaudeAnswer | null {
  // Most lines are no answers and some are very long: they are not worth taking apart.
  if (!line.includes('"usage"') || !line.includes('"assistant"')) return null;
  const entry = toRecord(parse(line));
  const message = toRecord(entry.message);
  const usage = readMessagesUsage(message.usage);
  const ts = typeof entry.timestamp === "string" ? Date.parse(entry.timestamp) / 1000 : Number.NaN;
  const { id: messageId, model } = message;
  if (entry.type !== "assistant" || typeof messageId !== "string" || !Number.isFinite(ts)) return null;
  if (typeof model !== "string" || model === "" || model === "<synthetic>") return null;
  const requestId = typeof entry.requestId === "string" ? entry.requestId : null;
  const counts = toCounts(usage === null ? NO_USAGE : spentUsage(usage));
  return {
    id: answerId(messageId, requestId),
    requestId,
    ts,
    model: model.slice(0, 200),
    inputTokens: counts.inputTokens,
    outputTokens: counts.outputTokens,
    creationTokens: counts.cacheCreationTokens,
    readTokens: counts.cacheReadTokens,
  };
}

/** Collects answers: of an answer that stands in several lines the last word of each number counts. */
export class ClaudeAnswers {
  readonly #byId = new Map<string, ClaudeAnswer>();
  /** Lines that repeated an answer, as each block of a streamed one and each resumed session does. */
  repeated = 0;

  add(answer: ClaudeAnswer): void {
    const known = this.#byId.get(answer.id);
    if (known === undefined) {
      this.#byId.set(answer.id, answer);
      return;
    }
    this.repeated += 1;
    const [first, last] = answer.ts < known.ts ? [answer, known] : [known, answer];
    // Counts only grow while an answer streams; a resumed session repeats the first of them.
    this.#byId.set(answer.id, {
      ...last,
      inputTokens: Math.max(first.inputTokens, last.inputTokens),
      outputTokens: Math.max(first.outputTokens, last.outputTokens),
      creationTokens: Math.max(first.creationTokens, last.creationTokens),
      readTokens: Math.max(first.readTokens, last.readTokens),
    });
  }

  /** Oldest first; those that took nothing are left out. */
  list(): ClaudeAnswer[] {
    const spent = [...this.#byId.values()].filter(
      (each) => each.inputTokens + each.outputTokens + each.creationTokens + each.readTokens > 0,
    );
    return spent.sort((a, b) => a.ts - b.ts || (a.id < b.id ? -1 : 1));
  }
}

/** A fingerprint: what is kept for ever names nobody's conversation. */
function answerId(messageId: string, requestId: string | null): string {
  const hash = createHash("sha256").update(`${messageId}\n${requestId ?? ""}`);
  return `claude:${hash.digest("hex").slice(0, 24)}`;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
