/** Wrong tokens that cost nothing: whoever mistypes one is not made to wait. */
const FREE_GUESSES = 5;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 2_000;
/** A source that has guessed nothing for this long is like any other again. */
const FORGET_MS = 600_000;
const MAX_SOURCES = 1_000;

/** What becomes of one attempt with a token. */
export interface Verdict {
  readonly right: boolean;
  /** How long its answer is held, the right one's too: a right answer that came at once would tell it from the wrong ones. */
  readonly delayMs: number;
  /** This attempt used up what its source had free: the time to say so, once. */
  readonly isFirstDelayed: boolean;
}

/** Wrong tokens by where they came from. */
export interface GuessBook {
  /**
   * Takes down an attempt. A right token is never refused, whatever came before it from the same place, and clears it: a
   * lockout would be a way to lock out the owner, who shares an address with every program of this machine.
   */
  judge(source: string, right: boolean, nowMs: number): Verdict;
}

/** Bounded: of very many sources the oldest is forgotten. */
export function createGuessBook(): GuessBook {
  const sources = new Map<string, { wrong: number; lastMs: number }>();
  return {
    judge(source, right, nowMs) {
      const known = sources.get(source);
      const before = known !== undefined && nowMs - known.lastMs < FORGET_MS ? known.wrong : 0;
      sources.delete(source);
      if (!right) {
        sources.set(source, { wrong: before + 1, lastMs: nowMs });
        const oldest = sources.size > MAX_SOURCES ? sources.keys().next().value : undefined;
        if (oldest !== undefined) sources.delete(oldest);
      }
      return { right, delayMs: delayAfter(before), isFirstDelayed: !right && before + 1 === FREE_GUESSES };
    },
  };
}

function delayAfter(wrong: number): number {
  if (wrong < FREE_GUESSES) return 0;
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (wrong - FREE_GUESSES));
}
