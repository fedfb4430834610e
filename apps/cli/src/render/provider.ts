import type { ProviderView, RouteView } from "../view/find-provider.ts";
import { flowLines } from "./flow.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { keySpans, providerState } from "./providers.ts";
import { tokensText } from "./quantity.ts";
import { safeText } from "./safe-text.ts";
import { padEnd } from "./text-width.ts";

const LABEL_WIDTH = 12;
type Env = Readonly<Record<string, string | undefined>>;

/**
 * One lane with everything the catalog says of it, one fact a line.
 *
 * @param env Where keys of other profiles are looked up; `null` where that is not known.
 */
export function renderProvider(
  name: string,
  provider: ProviderView,
  routes: readonly RouteView[],
  env: Env | null,
  look: Look,
): string {
  const arrow = look.ascii ? "->" : "→";
  const facts: readonly (readonly [string, readonly Line[]])[] = [
    ["base URL", [[span(safeText(provider.base_url))]]],
    ["key", [keySpans(provider.key_env, provider.key_set)]],
    ["profiles", profileParts(provider, env, arrow)],
    ["header", [[span(headerText(provider))]]],
    ["models", plainParts(Object.keys(provider.models))],
    ["names", plainParts(Object.entries(provider.model_map).map(([from, to]) => `${from} ${arrow} ${to}`))],
    [
      "context",
      plainParts(provider.context_tokens === null ? [] : [`${tokensText(provider.context_tokens)} tokens`]),
    ],
    ["answers", plainParts([`tokens as ${provider.extractor}`, `limits as ${provider.dialect}`])],
    ["routes", plainParts(routes.map((route) => routeText(route, name)))],
    ["why", plainParts(provider.reason === null ? [] : [provider.reason])],
  ];
  const title: Line = [span(safeText(name), "bold"), span("  "), providerState(provider)];
  const lines = facts.flatMap(([label, parts]) => factLines(label, parts, look));
  return paintLines([title, ...lines], look);
}

function factLines(label: string, parts: readonly Line[], look: Look): Line[] {
  const flowed = flowLines(parts, look.columns - LABEL_WIDTH - 2, look);
  return flowed.map((line, index) => [
    span(`  ${padEnd(index === 0 ? label : "", LABEL_WIDTH)}`, "dim"),
    ...line,
  ]);
}

function plainParts(texts: readonly string[]): Line[] {
  return texts.map((text) => [span(safeText(text))]);
}

function profileParts({ auth }: ProviderView, env: Env | null, arrow: string): Line[] {
  return Object.entries(auth.scoped_env).map(([profile, variable]) => {
    if (env === null) return [span(`${safeText(profile)} ${arrow} ${safeText(variable)}`)];
    const isSet = (env[variable] ?? "").trim() !== "";
    return [span(`${safeText(profile)} ${arrow} `), ...keySpans(variable, isSet)];
  });
}

function headerText({ auth }: ProviderView): string {
  return auth.header_mode === "passthrough"
    ? "passthrough: the client's own, the key only where it sends none"
    : auth.header_mode;
}

function routeText(route: RouteView, name: string): string {
  return route.provider === name ? route.pattern : `${route.pattern} (fallback of ${route.provider})`;
}
