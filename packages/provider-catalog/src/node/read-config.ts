import { readFileSync, statSync } from "node:fs";
import { type ConfigIssue, type QuotaConfig, type QuotasFile, toQuotaConfig } from "@ccp/usage-contract";
import { builtInCatalog } from "../built-in-catalog.ts";
import type { Catalog } from "../catalog.ts";
import { parseCatalog } from "../parse-catalog.ts";
import { parseQuotas } from "../parse-quotas.ts";
import { type ConfigLocation, type LocateOptions, locateConfig } from "./locate-config.ts";

/** In the place of a catalog that cannot be read: a vendor whom nobody chose must not get what was meant for another. */
const NO_LANES: Catalog = { lanes: [], routes: [] };

/** What was found, and what is wrong with it. */
interface ConfigRead extends Pick<ConfigLocation, "path" | "source" | "tried"> {
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
}

export interface CatalogRead extends ConfigRead {
  readonly catalog: Catalog;
}

export interface QuotasRead extends ConfigRead {
  readonly config: QuotaConfig;
  readonly file: QuotasFile;
}

/** Finds and reads the provider catalog. Never throws; a bad file leaves a catalog without lanes and its issues. */
export function readCatalog(options: LocateOptions): CatalogRead {
  return readCatalogAt(locateConfig("providers", options));
}

/** Reads the catalog at a place that was found before: a reload reads the file chosen at start. */
export function readCatalogAt({ path, source, tried, variable }: ConfigLocation): CatalogRead {
  const found = { path, source, tried };
  if (path === null) return { ...found, catalog: builtInCatalog(), issues: [], warnings: [] };
  const text = readText(path, variable);
  const result = text.success ? parseCatalog(text.text) : text;
  return result.success
    ? { ...found, catalog: result.catalog, issues: [], warnings: result.warnings }
    : { ...found, catalog: NO_LANES, issues: result.issues, warnings: [] };
}

/** Finds and reads the quotas. Never throws; a bad file leaves the default windows without caps and its issues. */
export function readQuotas(options: LocateOptions): QuotasRead {
  return readQuotasAt(locateConfig("quotas", options));
}

/** Reads the quotas at a place that was found before: a reload reads the file chosen at start. */
export function readQuotasAt({ path, source, tried, variable }: ConfigLocation): QuotasRead {
  const found = { path, source, tried };
  const none = { config: toQuotaConfig({}), file: {} };
  if (path === null) return { ...found, ...none, issues: [], warnings: [] };
  const text = readText(path, variable);
  const result = text.success ? parseQuotas(text.text) : text;
  return result.success
    ? { ...found, config: result.config, file: result.file, issues: [], warnings: result.warnings }
    : { ...found, ...none, issues: result.issues, warnings: [] };
}

type TextResult =
  | { readonly success: true; readonly text: string }
  | { readonly success: false; readonly issues: readonly ConfigIssue[] };

/** Far above what the parsers take: nothing larger is worth loading. */
const MAX_BYTES = 4 * 1024 * 1024;

function readText(path: string, variable: string | null): TextResult {
  try {
    const stat = statSync(path);
    // A pipe or a device would be read for ever.
    if (!stat.isFile()) return fault(path, variable, "is not a regular file");
    if (stat.size > MAX_BYTES) return fault(path, variable, `is larger than ${MAX_BYTES} bytes`);
    return { success: true, text: readFileSync(path, "utf8") };
  } catch (error) {
    return fault(path, variable, reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
  return code === "EACCES" || code === "EPERM"
    ? "cannot be read (no permission)"
    : `cannot be read (${code})`;
}

function fault(path: string, variable: string | null, reason: string): TextResult {
  const subject = variable === null ? "the file" : `${variable} names ${path}, which`;
  return { success: false, issues: [{ path: "", message: `${subject} ${reason}` }] };
}
