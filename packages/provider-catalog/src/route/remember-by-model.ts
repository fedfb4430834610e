/** Names beyond this many are looked up anew: clients choose them. */
const MOST_NAMES = 512;
/** No model's name is longer; what is longer is not kept. */
const MOST_CHARS = 200;

/**
 * Spares a pure look-up what it has been asked before. Every request asks for its model several times, in patterns that
 * are dear to match; catalogs and lanes are values that never change, so an answer holds as long as its owner lives.
 *
 * @param lookUp Must depend on its arguments alone, and its answer must not be changed by who gets it.
 */
export function rememberByModel<Owner extends object, Answer>(
  lookUp: (owner: Owner, model: string) => Answer,
): (owner: Owner, model: string) => Answer {
  const owners = new WeakMap<Owner, Map<string, { readonly answer: Answer }>>();
  return (owner, model) => {
    let names = owners.get(owner);
    const known = names?.get(model);
    if (known !== undefined) return known.answer;
    const answer = lookUp(owner, model);
    if (model.length > MOST_CHARS) return answer;
    if (names === undefined) {
      names = new Map();
      owners.set(owner, names);
    }
    if (names.size >= MOST_NAMES) names.clear();
    names.set(model, { answer });
    return answer;
  };
}
