import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** The steps that the store takes as one, each a script of its own. */
export const SCRIPT_NAMES = ["weigh", "settle", "sync-series", "sync-end", "leave"] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

export interface Script {
  readonly text: string;
  /** By which the server knows it. */
  readonly sha: string;
}

/** The same place seen from `src/node` and from `dist/node`. */
function readLua(name: string): string {
  return readFileSync(new URL(`../../lua/${name}.lua`, import.meta.url), "utf8");
}

/** Reads the scripts; each begins with what all share. */
export function readScripts(): ReadonlyMap<ScriptName, Script> {
  const common = readLua("common");
  return new Map(
    SCRIPT_NAMES.map((name) => {
      const text = `${common}\n${readLua(name)}`;
      return [name, { text, sha: createHash("sha1").update(text).digest("hex") }];
    }),
  );
}
