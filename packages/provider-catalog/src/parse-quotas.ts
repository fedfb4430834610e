import {
  type ConfigIssue,
  modelKey,
  type QuotaConfig,
  type QuotasFile,
  QuotasFileSchema,
  toQuotaConfig,
} from "@ccp/usage-contract";
import { createReport, type Report } from "./issue/report.ts";
import { canonicalKeys } from "./schema/canonical-keys.ts";
import { checkShape } from "./schema/check-shape.ts";
import { readSource } from "./source/read-source.ts";
import { spotAt } from "./source/source-node.ts";

export type QuotasResult =
  | {
      readonly success: true;
      /** With every default filled in. */
      readonly config: QuotaConfig;
      /** The checked values as they stand in the file. */
      readonly file: QuotasFile;
      readonly warnings: readonly ConfigIssue[];
    }
  | { readonly success: false; readonly issues: readonly ConfigIssue[] };

/**
 * Reads `quotas.json`, or YAML of the same shape. Any text gives a result; nothing throws. Issues are those of
 * `parseCatalog`: all at once, each with its place, what was expected and what was found.
 */
export function parseQuotas(text: string): QuotasResult {
  const source = readSource(text, "a mapping with windows, models and pools");
  if (!source.success) return { success: false, issues: source.issues };
  const faults: ConfigIssue[] = [];
  const root = canonicalKeys(QuotasFileSchema, source.root, faults);
  const shape = checkShape(QuotasFileSchema, root);
  const report = createReport(root, [...faults, ...shape.issues]);
  if (shape.output !== null) checkQuotas(shape.output, report);
  const issues = report.issues();
  if (shape.output === null || issues.length > 0) return { success: false, issues };
  return {
    success: true,
    config: toQuotaConfig(shape.output),
    file: shape.output,
    warnings: report.warnings(),
  };
}

function checkQuotas(file: QuotasFile, report: Report): void {
  const seen = new Map<string, string>();
  for (const [name, rule] of Object.entries(file.models ?? {})) {
    const path = ["models", name];
    const twin = seen.get(modelKey(name));
    if (name.trim() === "") {
      report.issue(path, 'expected a model name or a pattern such as "glm-*", found a blank', "key");
    } else if (twin !== undefined) {
      const { line } = spotAt(report.root, ["models", twin], "key");
      report.issue(
        path,
        `expected each model once, found another spelling of the one on line ${line}`,
        "key",
      );
    }
    seen.set(modelKey(name), name);
    checkRule(rule, path, file, report);
  }
  for (const [name, rule] of Object.entries(file.pools ?? {})) checkRule(rule, ["pools", name], file, report);
  const { rollingMs, weeklyMs } = toQuotaConfig(file);
  if (rollingMs > weeklyMs) {
    report.issue(
      ["windows", file.windows?.rolling_seconds === undefined ? "weekly_seconds" : "rolling_seconds"],
      `expected the rolling window to be no longer than the weekly one, found ${rollingMs / 1000} s and ${weeklyMs / 1000} s`,
    );
  }
}

type Rule = NonNullable<QuotasFile["models"]>[string];

function checkRule(rule: Rule, path: readonly string[], file: QuotasFile, report: Report): void {
  const hours = toQuotaConfig(file).weeklyMs / 3_600_000;
  const value = rule.weekly_limit_value ?? 0;
  if (rule.weekly_limit_type === "hours" && value > hours) {
    const words = `expected hours above 0 and up to ${hours}, the length of the window, found ${value}`;
    report.issue([...path, "weekly_limit_value"], words);
  }
  if (rule.weekly_limit_type !== "hours" && !Number.isInteger(value)) {
    const words = `expected a whole number of tokens (weekly_limit_type: hours counts hours), found ${value}`;
    report.issue([...path, "weekly_limit_value"], words);
  }
  warnAboutAnchor(rule, path, report);
  const { subagent = 0, background = 0 } = rule.reserve ?? {};
  if (background < subagent) {
    report.warn(
      [...path, "reserve"],
      "keeps background traffic longer than subagents, which a person waits for",
    );
  }
}

function warnAboutAnchor(rule: Rule, path: readonly string[], report: Report): void {
  const fixed = rule.weekly_kind === "fixed";
  if (fixed && rule.weekly_anchor === undefined) {
    report.warn(
      [...path, "weekly_kind"],
      'fixed needs weekly_anchor, such as "mon 09:00" (UTC), to know its reset',
    );
  }
  if (!fixed && rule.weekly_anchor !== undefined) {
    report.warn([...path, "weekly_anchor"], "has no effect without weekly_kind: fixed");
  }
}
