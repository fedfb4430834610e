/**
 * The candidate a person most likely meant: at most two typing errors away (one for words of up to four
 * letters), or the only one that starts with what was typed.
 *
 * @example
 * didYouMean("quota", ["quotas", "status"]); // => "quotas"
 */
export function didYouMean(typed: string, candidates: readonly string[]): string | null {
  const word = typed.toLowerCase();
  const started = candidates.filter((candidate) => word !== "" && candidate.startsWith(word));
  if (started.length === 1) return started[0] ?? null;
  let best: string | null = null;
  let bestDistance = word.length <= 4 ? 2 : 3;
  for (const candidate of candidates) {
    const distance = typingErrors(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters added, dropped, replaced, or swapped with their neighbour. */
function typingErrors(a: string, b: string): number {
  // Nobody types an option this long, and the table below is a product of the lengths.
  if (a.length > 40 || b.length > 40) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, at(before, j - 2) + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
