import { isGlob, matchesModel, modelKey } from "@ccp/usage-contract/core";

/** Ends a name so that its suffix (`[1m]`, `-20251001`) is not folded away. */
const KEEP_SUFFIX = "~";
const FOLDED_SUFFIX = /(?:\[1m\]|-\d{8})\s*$/i;

/**
 * Whether a catalog pattern means this model. Case, the date and `[1m]` at the end of the model's name and `-`/`.`
 * between digits make no difference, unless the pattern itself names the suffix (`*[1m]`).
 */
export function matchesPattern(pattern: string, model: string): boolean {
  if (pattern === "*") return true;
  if (isGlob(pattern)) {
    if (matchesModel(pattern, model)) return true;
    return FOLDED_SUFFIX.test(model) && matchesModel(pattern + KEEP_SUFFIX, model + KEEP_SUFFIX);
  }
  return sameName(pattern, model) || (!hasSuffix(pattern) && modelKey(pattern) === modelKey(model));
}

/**
 * What applies to a model among keyed entries: its literal name first, then the same name in another spelling,
 * then the first glob, wherever they stand.
 */
export function findPattern<T>(
  entries: readonly T[],
  patternOf: (entry: T) => string,
  model: string,
): T | null {
  const matching = entries.filter((entry) => matchesPattern(patternOf(entry), model));
  return (
    matching.find((entry) => sameName(patternOf(entry), model)) ??
    matching.find((entry) => !isGlob(patternOf(entry))) ??
    matching[0] ??
    null
  );
}

const CONTEXT_SUFFIX = /\[1m\]$/i;

/** `glm-5.3[1m]` asks for the model with a context of a million tokens. */
export function hasSuffix(name: string): boolean {
  return CONTEXT_SUFFIX.test(name.trim());
}

export function withoutSuffix(name: string): string {
  return name.trim().replace(CONTEXT_SUFFIX, "");
}

function sameName(pattern: string, model: string): boolean {
  return pattern.trim().toLowerCase() === model.trim().toLowerCase();
}
