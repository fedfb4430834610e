/**
 * A clock that runs `factor` times as fast as the machine's: with 60 an hour passes in a minute. Never steps back.
 *
 * @param startMs What it shows now, epoch ms. Default: the machine's time.
 */
export function scaledClock(factor: number, startMs: number = Date.now()): () => number {
  if (!(factor > 0)) throw new RangeError(`scaledClock: expected a factor above 0, got ${factor}`);
  const from = performance.now();
  return () => startMs + (performance.now() - from) * factor;
}
