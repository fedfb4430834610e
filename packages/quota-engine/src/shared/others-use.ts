/** What the other gateways on a plan have used of one window, as it was told last. Times are logical ms. */
export interface OthersUse {
  readonly usedTokens: number;
  /** From here on nothing of it lies in the window any more. */
  readonly untilMs: number;
  /**
   * While they cannot be heard: the share of the room, 0..1, that is theirs. 0 while they can, for then what they take is
   * told.
   */
  readonly theirShare: number;
  /** Their share of the room that was left when they fell silent. */
  readonly heldBackTokens: number;
}

export const NO_OTHERS: OthersUse = {
  usedTokens: 0,
  untilMs: Number.NEGATIVE_INFINITY,
  theirShare: 0,
  heldBackTokens: 0,
};

export function usedByOthers(others: OthersUse, nowMs: number): number {
  return nowMs < others.untilMs ? others.usedTokens : 0;
}

/**
 * What is left to gateways that cannot be heard, so that all of them together keep to the cap. Once what they had used has
 * left the window, their share is one of the whole window.
 */
export function heldBackTokens(others: OthersUse, capacityTokens: number, nowMs: number): number {
  if (others.theirShare === 0) return 0;
  return nowMs < others.untilMs ? others.heldBackTokens : capacityTokens * others.theirShare;
}
