import { readFileSync } from "node:fs";

/** The version in this package's own package.json; `src` and `dist` lie equally deep below it. */
export function packageVersion(): string {
  const text = readFileSync(
    new URL(import.meta.url.endsWith(".ts") ? "../../package.json" : "../package.json", import.meta.url),
    "utf8",
  );
  return (JSON.parse(text) as { version: string }).version;
}
