import * as v from "valibot";
import { quotaRuleEntries, quotaSettingEntries, quotaWindowEntries } from "../quotas-file.ts";
import { IssueSchema } from "./error-body.ts";

const rule = v.looseObject(quotaRuleEntries);

/** `GET /v1/quotas`: the quotas in force. Open objects: a newer gateway may tell more than this reader knows. */
export const QuotasViewSchema = v.looseObject({
  config: v.looseObject({
    windows: v.optional(v.looseObject(quotaWindowEntries)),
    ...quotaSettingEntries,
    models: v.optional(v.record(v.string(), rule)),
    pools: v.optional(
      v.record(v.string(), v.looseObject({ ...quotaRuleEntries, models: v.array(v.string()) })),
    ),
  }),
  path: v.nullable(v.string()),
  loaded: v.string(),
  issues: v.optional(v.array(IssueSchema)),
});
export type QuotasView = v.InferOutput<typeof QuotasViewSchema>;
