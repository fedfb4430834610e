const MAX_LENGTH = 64;

/** Words that people use for one of ours and that no spelling distance finds. */
const SYNONYMS: Readonly<Record<string, string>> = {
  bearer: "authorization",
  oauth: "passthrough",
  client: "passthrough",
  url: "base_url",
  endpoint: "base_url",
  api_base: "base_url",
  api_key_env: "key_env",
  fallbacks: "fallback",
  lanes: "providers",
  context_window: "context_tokens",
  glm: "zai",
  claude: "anthropic",
};

/**
 * The option a mistyped word most likely meant: one or two letters off, its beginning, or the same but for case,
 * `-` and `_`.
 *
 * @returns `null` when none is near: a wrong suggestion is worse than none.
 */
export function suggest(word: string, options: readonly string[]): string | null {
  if (word.length > MAX_LENGTH) return null;
  const bare = strip(word);
  const synonym = SYNONYMS[word.toLowerCase().replaceAll("-", "_")];
  if (synonym !== undefined && options.includes(synonym)) return synonym;
  const begun = options.filter((option) => bare.length >= 3 && strip(option).startsWith(bare));
  if (begun.length === 1) return begun[0] ?? null;
  let best: string | null = null;
  let bestDistance = tolerance(bare) + 1;
  for (const option of options) {
    const distance = editDistance(bare, strip(option));
    if (distance < bestDistance) {
      best = option;
      bestDistance = distance;
    }
  }
  return best;
}

function strip(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, "");
}

function tolerance(word: string): number {
  if (word.length <= 2) return 0;
  return word.length <= 5 ? 1 : 2;
}

/** Insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? at(beforeLast, j - 2) + 1
          : replaced;
      row.push(Math.min(replaced, swapped, at(last, j) + 1, at(row, j - 1) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
