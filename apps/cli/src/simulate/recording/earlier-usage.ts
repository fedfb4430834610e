import type { UsageEvent } from "@ccp/usage-contract";
import { countTokens, type LaneId, modelKey, toCounts } from "@ccp/usage-contract/core";
import type { EarlierUsage } from "./recording.ts";

/**
 * Finds what a lane had counted for a model before the log begins: a log that was rotated starts in the middle of a
 * window, and its first decision on each model says how full that window was.
 */
export class EarlierUsageBook {
  /** Names as they are spelt in the log, by lane: most lines are of a model that was met before. */
  readonly #met: Map<LaneId, Set<string>> = new Map();
  readonly #found: Map<string, EarlierUsage> = new Map();
  /** Counted tokens of answers that the log holds, until the model's first decision. */
  readonly #since: Map<string, number> = new Map();

  /** A first decision of a request; its figures are of the preferred lane. */
  decided(preferred: LaneId, event: UsageEvent): void {
    const met = this.#met.get(preferred);
    if (met?.has(event.model) === true) return;
    this.#met.set(preferred, (met ?? new Set()).add(event.model));
    const key = keyOf(preferred, event.model);
    if (this.#found.has(key)) return;
    const since = this.#since.get(key) ?? 0;
    const rollingTokens = Math.max(0, Math.round(event.rolling_used_tokens - since));
    const weeklyTokens = Math.max(rollingTokens, Math.round(event.weekly_used_tokens - since));
    const seenMs = event.ts * 1000;
    this.#found.set(key, { lane: preferred, model: event.model, seenMs, rollingTokens, weeklyTokens });
  }

  ended(event: UsageEvent): void {
    if (event.usage_source === null || this.#met.get(event.lane)?.has(event.model) === true) return;
    const key = keyOf(event.lane, event.model);
    const counts = toCounts({
      inputTokens: event.input_tokens,
      outputTokens: event.output_tokens,
      cacheCreationTokens: event.cache_creation_tokens,
      cacheReadTokens: event.cache_read_tokens,
    });
    this.#since.set(key, (this.#since.get(key) ?? 0) + countTokens(counts));
  }

  all(): EarlierUsage[] {
    return [...this.#found.values()].filter(({ weeklyTokens }) => weeklyTokens > 0);
  }
}

function keyOf(lane: LaneId, model: string): string {
  return `${lane}\n${modelKey(model)}`;
}
