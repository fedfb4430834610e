import { type Catalog, type ProviderFileView, parseCatalog, toCatalogFile } from "@ccp/provider-catalog";

const HEAD = `# yaml-language-server: $schema=./providers.schema.json
#
# Written by ccp config init. ccp config check tells whether it can be used.
# Keys are never written here: name the variable that holds one. A provider whose variable is not set is off.
`;
const ROUTES_HEAD = `# The first pattern that matches decides (* and ?, any case).
`;

/** The catalog as a person would write it: what is not said is as it would be anyway. */
export function catalogYaml(catalog: Catalog): string {
  const { providers, routes } = toCatalogFile(catalog);
  const entries = Object.entries(providers).map(([id, view]) => providerYaml(id, view));
  const lines = routes.map((route) => `  - ${flow({ ...route })}\n`);
  return `${HEAD}\nproviders:\n${entries.join("\n")}\n${ROUTES_HEAD}routes:\n${lines.join("")}`;
}

function providerYaml(id: string, view: ProviderFileView): string {
  const { base_url, auth, ...others } = view;
  const usual: Readonly<Record<string, unknown>> = { ...bareView(id, view) };
  const said = Object.entries(others).flatMap(([key, value]): [string, unknown][] => {
    const before = usual[key];
    if (same(value, before)) return [];
    return [[key, isRecord(value) && isRecord(before) ? different(value, before) : value]];
  });
  const lines = [["base_url", base_url], ["auth", authEntry(auth)], ...said] as const;
  return `  ${id}:\n${lines.map(([key, value]) => entryYaml(key, value)).join("")}`;
}

/** What does not fit in a line of a usual editor has a line for each of its keys. */
const MAX_LINE = 100;

function entryYaml(key: string, value: unknown): string {
  const line = `    ${key}: ${flow(value)}\n`;
  if (line.length <= MAX_LINE || !isRecord(value)) return line;
  const lines = Object.entries(value).map(([name, one]) => `      ${flow(name)}: ${flow(one)}\n`);
  return `    ${key}:\n${lines.join("")}`;
}

function authEntry({ env, header_mode, scoped_env }: ProviderFileView["auth"]): object {
  const scoped = Object.keys(scoped_env).length === 0 ? {} : { scoped_env };
  return { ...(env === null ? {} : { env }), header_mode, ...scoped };
}

/** What the entry would say with nothing but its address and its key. */
function bareView(id: string, { base_url, auth }: ProviderFileView): ProviderFileView | null {
  const text = JSON.stringify({ providers: { [id]: { base_url, auth } }, routes: [] });
  const parsed = parseCatalog(text);
  return parsed.success ? (toCatalogFile(parsed.catalog).providers[id] ?? null) : null;
}

/** Only the keys that are not as they would be anyway. */
function different(
  value: Readonly<Record<string, unknown>>,
  usual: Readonly<Record<string, unknown>>,
): object {
  return Object.fromEntries(Object.entries(value).filter(([key, one]) => !same(one, usual[key])));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Words that YAML takes for something else than text are no plain text. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z][\w./-]*(?:[:][\w./-]+)*$/i;

/** A value in one line. */
function flow(value: unknown): string {
  if (typeof value === "string") return PLAIN.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, one]) => `${flow(key)}: ${flow(one)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}
