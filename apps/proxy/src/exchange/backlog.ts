/** Pieces of work in one turn of the loop. Many clients may leave at once, and others wait for their bytes. */
const PIECES_A_TURN = 4;

/** Work that is done in its order, in the loop's own time: a few pieces a turn, after what has arrived was taken in. */
export interface Backlog {
  /** @param work What it throws is told to whoever made the backlog. */
  add(work: () => void): void;
  /** Does all that waits, now. */
  flush(): void;
}

export function createBacklog(onFault: (error: unknown) => void): Backlog {
  let waiting: (() => void)[] = [];
  let turn: NodeJS.Immediate | undefined;
  const work = (pieces: readonly (() => void)[]): void => {
    for (const piece of pieces) {
      try {
        piece();
      } catch (error) {
        onFault(error);
      }
    }
  };
  const next = (): void => {
    turn = undefined;
    const now = waiting.slice(0, PIECES_A_TURN);
    waiting = waiting.slice(PIECES_A_TURN);
    if (waiting.length > 0) turn = setImmediate(next);
    work(now);
  };
  return {
    add(piece) {
      waiting.push(piece);
      turn ??= setImmediate(next);
    },
    flush() {
      clearImmediate(turn);
      turn = undefined;
      // Work may bring more of it.
      while (waiting.length > 0) work(waiting.splice(0));
    },
  };
}
