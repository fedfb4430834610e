/** What one lane can hold of one conversation. */
export interface LaneContext {
  /** Why it cannot be asked at all, a clause for people; `null` when it can. */
  readonly unusableReason: string | null;
  /** The largest conversation that it takes; `null`: any, or unknown. */
  readonly contextTokens: number | null;
  /** What the conversation is expected to take there; `null`: unknown. */
  readonly inputTokens: number | null;
  /** What it takes there at the very least. Default: `inputTokens`, which is then no guess. */
  readonly leastInputTokens?: number | null;
}

/**
 * Why each lane cannot be asked, once the size of the conversation counts too. Live traffic, dry runs and replays all ask
 * here.
 *
 * A fallback that is surely too small is passed over. So is the preferred lane, where a fallback can hold what it cannot; where
 * nobody can, it is asked, and by its words the client compacts. A pin is the operator's word and stands.
 *
 * @param lanes The preferred one first.
 * @example
 * passOverTooSmall([{ unusableReason: null, contextTokens: 1000, inputTokens: 9000 }], false); // => [null]
 */
export function passOverTooSmall(lanes: readonly LaneContext[], isPinned: boolean): (string | null)[] {
  const reasons = lanes.map((lane) => lane.unusableReason ?? whyTooSmall(lane));
  const [preferred] = lanes;
  const hasFallback = reasons.slice(1).includes(null);
  if (preferred !== undefined && (isPinned || !hasFallback)) reasons[0] = preferred.unusableReason;
  return reasons;
}

/** Whether a lane is expected to be too small, and may yet hold the conversation: it is asked after those that can. */
export function mayBeTooSmall(lane: LaneContext): boolean {
  const { contextTokens, inputTokens } = lane;
  return (
    contextTokens !== null &&
    inputTokens !== null &&
    inputTokens > contextTokens &&
    whyTooSmall(lane) === null
  );
}

function whyTooSmall({
  contextTokens,
  inputTokens,
  leastInputTokens = inputTokens,
}: LaneContext): string | null {
  if (contextTokens === null || leastInputTokens === null || leastInputTokens <= contextTokens) return null;
  return `its context of ${contextTokens} tokens cannot hold the conversation`;
}
