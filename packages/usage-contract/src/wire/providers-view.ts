import * as v from "valibot";
import { IssueSchema } from "./error-body.ts";
import { laneName, maybe, number, text } from "./fields.ts";

/** One lane of the catalog, with its key as the gateway's own environment has it: the name and yes or no. */
const ProviderSchema = v.looseObject({
  base_url: text,
  auth: v.looseObject({
    env: v.nullable(text),
    header_mode: text,
    scoped_env: v.record(text, text),
  }),
  models: v.record(text, v.looseObject({})),
  model_map: v.record(text, text),
  context_tokens: maybe,
  extractor: text,
  dialect: text,
  quota_poll_minutes: maybe,
  needs: v.optional(v.looseObject({})),
  answers: v.optional(v.looseObject({ restore_model: v.boolean(), hold: text, missing_stop: text })),
  trust_origin: v.boolean(),
  enabled: v.boolean(),
  state: v.nullable(v.picklist(["passthrough", "ready", "missing_key", "disabled"])),
  key_env: v.nullable(text),
  key_set: v.boolean(),
  reason: v.nullable(text),
});

/** `GET /v1/providers`: the catalog that routes now. Never a key. */
export const ProvidersViewSchema = v.looseObject({
  ts: number,
  /** The file it came from; `null` for the built-in catalog. */
  path: v.nullable(text),
  profile: v.nullable(text),
  providers: v.record(text, ProviderSchema),
  routes: v.array(v.looseObject({ pattern: text, provider: text, fallback: v.array(text) })),
  issues: v.optional(v.array(IssueSchema)),
});
export type ProvidersView = v.InferOutput<typeof ProvidersViewSchema>;

/** `POST /v1/providers/test`. */
export const ProviderTestRequestSchema = v.strictObject({ lane: laneName });
export type ProviderTestRequest = v.InferOutput<typeof ProviderTestRequestSchema>;

/** What one free question to a lane came to. `status` is `null` where nothing answered; `error` then says why. */
export const ProviderTestSchema = v.looseObject({
  lane: text,
  asked: text,
  key_sent: v.boolean(),
  status: maybe,
  latency_ms: maybe,
  clock_skew_sec: maybe,
  error: v.optional(text),
});
export type ProviderTest = v.InferOutput<typeof ProviderTestSchema>;
