/** The windows that the gateway counts, by the length they have unless they are configured otherwise. */
const COUNTED: Readonly<Record<string, string>> = { rolling: "5h", weekly: "7d" };

/**
 * A limit by the names that `cc quotas` has: `rolling` is `5h`, `lane:5h` is `5h all`, `pool:NAME:weekly` is
 * `7d pool NAME`. Any other name stands as it is.
 */
export function limitWord(name: string): string {
  const [, kind, rest = ""] = /^(lane|pool):(.+)$/.exec(name) ?? [];
  if (kind === "lane") return `${rest} all`;
  const [, pool, window = ""] = /^(.+):(rolling|weekly)$/.exec(rest) ?? [];
  return pool === undefined ? (COUNTED[name] ?? name) : `${COUNTED[window] ?? window} pool ${pool}`;
}
