// Writes every file that is made from code. With --check it writes nothing and fails where a file differs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogJsonSchema, quotasJsonSchema } from "../packages/provider-catalog/src/json-schema.ts";
import { hiddenCapTables } from "./experiments/hidden-cap.ts";
import { dashboardAssets } from "./generate/dashboard-assets.ts";
import { fillSection } from "./generate/fill-section.ts";
import { environmentTable, renderWire } from "./generate/render-wire.ts";
import { repoRoot } from "./lib/workspace.ts";

const document = (path: string): string => readFileSync(join(repoRoot, path), "utf8");
const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** By path from the root. */
const outputs: Readonly<Record<string, () => string>> = {
  "docs/wire.md": renderWire,
  "docs/OPS-GUIDE.md": () => fillSection(document("docs/OPS-GUIDE.md"), "environment", environmentTable()),
  "docs/QUOTAS.md": () => fillSection(document("docs/QUOTAS.md"), "hidden-cap", hiddenCapTables()),
  "apps/proxy/src/dashboard/generated/assets.ts": dashboardAssets,
  "configs/providers.schema.json": () => json(catalogJsonSchema()),
  "configs/quotas.schema.json": () => json(quotasJsonSchema()),
  // The command line prints them where there is no checkout.
  "apps/cli/src/config/providers.schema.json": () => json(catalogJsonSchema()),
  "apps/cli/src/config/quotas.schema.json": () => json(quotasJsonSchema()),
};

const known = ["--check"];
const unknown = process.argv.slice(2).filter((argument) => !known.includes(argument));
if (unknown.length > 0) {
  console.error(`unknown argument: ${unknown.join(" ")} (known: ${known.join(" ")})`);
  process.exit(64);
}

const checking = process.argv.includes("--check");
const stale = Object.entries(outputs).filter(([path, render]) => {
  const file = join(repoRoot, path);
  const text = render();
  if (existsSync(file) && readFileSync(file, "utf8") === text) return false;
  if (!checking) writeFileSync(file, text);
  return true;
});

for (const [path] of stale) console.log(`${checking ? "out of date" : "written"}: ${path}`);
if (checking && stale.length > 0) console.error("run: npm run generate");
console.log(
  `generated files: ${Object.keys(outputs).length}, ${stale.length} ${checking ? "out of date" : "changed"}`,
);
process.exitCode = checking && stale.length > 0 ? 1 : 0;
