/**
 * A model's name without what all names share: `claude-haiku-4-5-20251001` → `haiku-4-5`. Only for lists; what is
 * explained has its whole name.
 */
export function shortModel(name: string): string {
  const short = name.replace(/^claude-(?=.)/, "").replace(/-\d{8}(?=$|\[)/, "");
  return short === "" ? name : short;
}
