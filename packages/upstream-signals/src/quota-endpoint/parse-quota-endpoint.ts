import { toDialect } from "../dialect.ts";
import { asObject, type JsonObject, parseJson } from "../text/values.ts";
import { parseAnthropicUsage } from "./parse-anthropic-usage.ts";
import { parseKimiUsages } from "./parse-kimi-usages.ts";
import { parseMinimaxRemains } from "./parse-minimax-remains.ts";
import { parseZaiQuota } from "./parse-zai-quota.ts";
import { failure, type QuotaReport } from "./quota-report.ts";

const PARSERS: ReadonlyMap<string, (root: JsonObject) => QuotaReport> = new Map([
  ["anthropic", parseAnthropicUsage],
  ["zai", parseZaiQuota],
  ["kimi", parseKimiUsages],
  ["minimax", parseMinimaxRemains],
]);

/**
 * Reads the answer of a provider's quota endpoint into windows. Scales differ (ratio, percent used, percent left,
 * strings); each provider's is fixed here and never guessed from a value.
 *
 * @param text The body, whatever its status: errors come with HTTP 200 too.
 * @param _nowMs Wall clock, epoch ms. All four report absolute times today.
 */
export function parseQuotaEndpoint(dialect: string, text: string, _nowMs: number): QuotaReport {
  const parser = PARSERS.get(toDialect(dialect));
  if (parser === undefined) return failure(`no quota endpoint is known for ${dialect}`);
  const root = asObject(parseJson(text));
  return root === null ? failure("the answer is no JSON object") : parser(root);
}
