import * as v from "valibot";
import { DIALECT_NAMES, EXTRACTOR_NAMES, HEADER_MODES } from "../catalog.ts";
import { looksLikeSecret } from "../issue/secrets.ts";
import { AnswersSchema, NeedsSchema } from "./lane-fit.ts";

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What an editor shows for a key, and what an issue says was expected there. */
function about<T>(
  description: string,
  expects?: string,
): v.MetadataAction<T, { readonly [key: string]: string }> {
  return v.metadata(expects === undefined ? { description } : { description, expects });
}

const lane = v.pipe(v.string(), v.minLength(1), about("A provider of this file.", "the name of a provider"));

const envName = v.pipe(
  v.string(),
  v.regex(ENV_NAME),
  // A key of letters and digits alone would pass as a name, and then be printed as one.
  v.check((name) => !looksLikeSecret(name)),
  about(
    "Name of the environment variable that holds the key. Never the key itself.",
    "the name of an environment variable such as ZAI_API_KEY",
  ),
);

const headerMode = v.pipe(
  v.picklist(HEADER_MODES),
  about(
    "passthrough: the client's own credential. x-api-key, authorization: the key of this provider in that header. none: no key.",
  ),
);

const scopedEnv = v.pipe(
  v.record(v.string(), envName),
  about("Profile name to environment variable; CCP_PROFILE picks the profile."),
);

const contextTokens = v.pipe(
  v.number(),
  v.integer("expected a whole number of tokens from 1 to 1000000000"),
  v.minValue(1, "expected a whole number of tokens from 1 to 1000000000"),
  v.maxValue(1_000_000_000, "expected a whole number of tokens from 1 to 1000000000"),
  about("Context window in tokens.", "a whole number of tokens such as 200000"),
);

const AuthSchema = v.pipe(
  v.strictObject({
    env: v.nullish(envName),
    key_env: v.nullish(v.pipe(envName, about("The same as env."))),
    header_mode: v.nullish(headerMode),
    scoped_env: v.nullish(scopedEnv),
  }),
  about("How this provider is told who calls."),
);

const ModelSchema = v.strictObject({
  lane: v.nullish(v.pipe(lane, about("Where requests for this model go when no route matches."))),
  header_mode: v.nullish(headerMode),
  context_tokens: v.nullish(contextTokens),
});

/** One provider of `providers.yaml`, snake_case. */
export const ProviderSchema = v.strictObject({
  base_url: v.pipe(
    v.string(),
    v.minLength(1),
    about(
      "Where requests go, without /v1: they are sent to <base_url>/v1/messages.",
      "a URL such as https://api.example.com",
    ),
  ),
  auth: v.nullish(AuthSchema),
  key_env: v.nullish(v.pipe(envName, about("Short for auth.env."))),
  header_mode: v.nullish(v.pipe(headerMode, about("Short for auth.header_mode."))),
  scoped_env: v.nullish(v.pipe(scopedEnv, about("Short for auth.scoped_env."))),
  models: v.nullish(
    v.pipe(
      v.record(v.string(), v.nullish(ModelSchema)),
      about("Model names or globs this provider knows, each with its defaults."),
    ),
  ),
  model_map: v.nullish(
    v.pipe(
      v.record(
        v.string(),
        v.pipe(v.string(), v.minLength(1), about("A model of this provider.", "the name of a model")),
      ),
      about("Model name or glob to the name this provider understands."),
    ),
  ),
  context_tokens: v.nullish(contextTokens),
  extractor: v.nullish(
    v.pipe(v.picklist(EXTRACTOR_NAMES), about("How token counts are read from its answers.")),
  ),
  dialect: v.nullish(v.pipe(v.picklist(DIALECT_NAMES), about("How its refusals and limits are read."))),
  quota_poll_minutes: v.nullish(
    v.pipe(
      v.number(),
      v.minValue(5),
      v.maxValue(1440),
      about(
        "Asks this provider's quota endpoint every so many minutes; left out: never.",
        "minutes from 5 to 1440",
      ),
    ),
  ),
  needs: v.nullish(
    v.pipe(
      NeedsSchema,
      about("What this provider refuses. What is left out is as its dialect is known to be."),
    ),
  ),
  answers: v.nullish(v.pipe(AnswersSchema, about("How its answers are passed on."))),
  trust_origin: v.nullish(
    v.pipe(v.boolean(), about("Allows http:// and the client's own credential for this origin.")),
  ),
  enabled: v.nullish(v.pipe(v.boolean(), about("false: the provider is never used."))),
});
export type ProviderEntry = v.InferOutput<typeof ProviderSchema>;

export const RouteSchema = v.strictObject({
  pattern: v.pipe(
    v.string(),
    v.minLength(1),
    about("Model name or glob (* and ?), any case.", 'a model name or a pattern such as "glm-*"'),
  ),
  provider: lane,
  fallback: v.nullish(v.pipe(v.array(lane), about("Tried in order when the provider cannot serve."))),
});
export type RouteEntry = v.InferOutput<typeof RouteSchema>;

/** `providers.yaml` as it stands on disk, in snake_case. */
export const ProvidersFileSchema = v.strictObject({
  $schema: v.nullish(v.string()),
  providers: v.pipe(
    v.record(v.string(), ProviderSchema),
    v.minEntries(1),
    about("Provider name to provider.", "a mapping of provider names"),
  ),
  routes: v.nullish(v.pipe(v.array(RouteSchema), about("First match wins; no match goes to anthropic."))),
});
