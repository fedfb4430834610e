import type { CliArg } from "../cli-command.ts";
import type { Candidate, Completion, ValueSources } from "./completion.ts";

/**
 * Values of an option or argument: those of its definition, else what its hint or name asks for.
 *
 * @param before What stands in the word before the value, e.g. `--lane=`.
 */
export async function completeValue(
  name: string,
  arg: CliArg,
  typed: string,
  before: string,
  sources: ValueSources,
): Promise<Completion> {
  const hint = arg.valueHint ?? name.toUpperCase();
  if (hint === "FILE") return { candidates: [], files: "files" };
  if (hint === "DIR") return { candidates: [], files: "folders" };
  if (arg.listOf !== undefined) return completeList(arg.listOf, typed, before);
  const values = await valuesOf(name, arg, hint, sources);
  const candidates = values
    .filter(({ value }) => value.startsWith(typed))
    .map(({ value, description }) => ({ value: before + value, description }));
  return { candidates, files: "none" };
}

/** The word after the last comma; those that stand before it are not offered again. */
function completeList(words: readonly string[], typed: string, before: string): Completion {
  const given = typed.split(",");
  const last = given.pop() ?? "";
  const start = before + given.map((word) => `${word},`).join("");
  const rest = words.filter((word) => word.startsWith(last) && !given.includes(word));
  return { candidates: rest.map((word) => plain(start + word)), files: "none" };
}

async function valuesOf(
  name: string,
  arg: CliArg,
  hint: string,
  sources: ValueSources,
): Promise<readonly Candidate[]> {
  if (arg.type === "enum" && arg.options !== undefined) return arg.options.map(plain);
  if (hint.includes("|")) return hint.split("|").map(plain);
  if (hint === "LANE") return sources.lanes();
  if (hint === "MODEL" || name === "model") return sources.models();
  if (hint === "WIN") return sources.windows();
  if (hint === "RID") return [{ value: "last", description: "the newest" }, ...(await sources.requests())];
  return [];
}

function plain(value: string): Candidate {
  return { value, description: "" };
}
