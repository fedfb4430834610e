import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync, transformSync } from "esbuild";
import { repoRoot } from "../lib/workspace.ts";

const client = join(repoRoot, "apps/proxy/src/dashboard/client");

/** The dashboard's script and style as one module of strings, so that no file has to be found at run time. */
export function dashboardAssets(): string {
  const parts = {
    THEME_SCRIPT: bundle("theme.ts", "iife"),
    SCRIPT: bundle("main.ts", "esm"),
    STYLE: styleSheet(),
  };
  return [
    "// Written by `npm run generate` from src/dashboard/client. Do not edit.",
    "// Holds uPlot 1.6, Copyright (c) Leon Sorokin, MIT licensed: see ../third-party-uplot.txt.",
    "",
    ...Object.entries(parts).map(
      ([name, text]) => `export const ${name}: string =\n  ${JSON.stringify(text)};`,
    ),
    "",
  ].join("\n");
}

function bundle(entry: string, format: "esm" | "iife"): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(client, entry)],
    bundle: true,
    // The words that every screen shares come from a library's source: nothing needs to be built first.
    conditions: ["ccp-source"],
    minify: true,
    write: false,
    format,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    // The script stands inside the page: `</script` in a text of it would end it.
    supported: { "inline-script": false },
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`${entry} was not bundled`);
  return output.text.trim();
}

/** In the order of the page; what comes later wins. */
const SHEETS = ["base", "top", "lanes", "charts", "tables", "stream", "drawer", "rest", "narrow"];

/** The dark colours hold where the system is dark or where the reader says so; written once, they stand twice. */
function styleSheet(): string {
  const read = (name: string): string => readFileSync(join(client, "style", name), "utf8");
  const dark = read("dark.css").replace(":root {", "").replace(/}\s*$/, "");
  const text = [
    ...SHEETS.map((name) => read(`${name}.css`)),
    `@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${dark} } }`,
    `:root[data-theme="dark"] { ${dark} }`,
  ].join("\n");
  return transformSync(text, { loader: "css", minify: true, target: "es2022" }).code.trim();
}
