import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Catalog, Lane, Route } from "./catalog.ts";
import { DIALECT_NAMES, EXTRACTOR_NAMES } from "./catalog.ts";
import { toCatalogFile } from "./describe-catalog.ts";
import { parseCatalog } from "./parse-catalog.ts";
import { parseQuotas } from "./parse-quotas.ts";

const PIECES = [
  "providers:",
  "routes:",
  "models:",
  "zai:",
  "base_url:",
  "https://h",
  "auth:",
  "{",
  "}",
  "[",
  "]",
  "- ",
  ": ",
  ", ",
  "*",
  "&a ",
  "*a ",
  "!x ",
  "'",
  '"',
  "|\n",
  ">\n",
  "? ",
  "#",
  "---\n",
  "%YAML 1.1\n",
  "\n",
  "\n  ",
  "\n    ",
  "\t",
  "\r\n",
  "\uFEFF",
  "\u0000",
  "\uD800",
  "<<",
  "null",
  "~",
  ".inf",
  "0x1",
  "1e999",
  "__proto__",
  "constructor",
  "\\",
];

/** Text that gets past the first character of a parser: YAML's own pieces in any order, and any other text. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 6 })), { maxLength: 60 })
    .map((p) => p.join("")),
  fc.json(),
);

describe("any text", () => {
  it("gives a catalog or issues with a place, and never throws", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = parseCatalog(text);
        if (result.success) return;
        expect(result.issues.length).toBeGreaterThan(0);
        for (const { line, column, message } of result.issues) {
          expect(Number.isInteger(line) && Number.isInteger(column)).toBe(true);
          expect(message).toMatch(/expected|unknown key/);
        }
      }),
      { numRuns: 800 },
    );
  });

  it("gives quotas or issues, and never throws", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = parseQuotas(text);
        if (!result.success) expect(result.issues.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

/** A file in which any key or value may be another one than it should. */
const FILE = {
  providers: {
    anthropic: { base_url: "https://api.anthropic.com", auth: { env: "A", header_mode: "passthrough" } },
    zai: {
      base_url: "https://api.z.ai/api/anthropic",
      auth: { env: "Z", scoped_env: { work: "W" } },
      models: { "glm-4.7": { lane: "zai", header_mode: "x-api-key", context_tokens: 5 } },
      model_map: { "*": "glm-5" },
      extractor: "zai",
      dialect: "zai",
      context_tokens: 200000,
      trust_origin: true,
      enabled: true,
    },
  },
  routes: [{ pattern: "*", provider: "zai", fallback: ["anthropic"] }],
};
const FILE_TEXT = JSON.stringify(FILE, null, 1);
const STRINGS = [...FILE_TEXT.matchAll(/"[^"]*"|\b\d+\b|\btrue\b/g)];

const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
const secret = fc.oneof(
  hex.map((text) => `sk-ant-api03-${text}`),
  fc.tuple(hex, hex).map(([a, b]) => `${a}.${b.slice(0, 16)}`),
  hex.map((text) => `eyJhbGciOi${text}`),
  hex.map((text) => `https://user:${text}@h.example`),
  hex.map((text) => `https://h.example/?api_key=${text}`),
  hex.map((text) => `Bearer ${text}`),
);

describe("a credential in the wrong place", () => {
  it("is never repeated by an issue or a warning, wherever it stands", () => {
    const place = fc.nat({ max: STRINGS.length - 1 });
    fc.assert(
      fc.property(secret, place, fc.boolean(), (text, index, broken) => {
        const match = STRINGS[index];
        if (match === undefined) throw new Error("no such place");
        const file = `${FILE_TEXT.slice(0, match.index)}"${text}"${FILE_TEXT.slice(match.index + match[0].length)}`;
        const result = parseCatalog(broken ? file.replace("},", "}") : file);
        const said = JSON.stringify(result.success ? result.warnings : result.issues);
        for (let i = 0; i + 12 <= text.length; i += 1) {
          const part = text.slice(i, i + 12);
          if (/^[0-9a-f]+$/.test(part)) expect(said).not.toContain(part);
        }
      }),
      { numRuns: 800 },
    );
  });
});

const laneIds = ["anthropic", "zai", "local", "other.one"] as const;
const pattern = fc.constantFrom(
  "*",
  "claude-*",
  "glm-4.7",
  "glm-5.3[1m]",
  "a b",
  "*/*",
  "é-*",
  "no",
  "1.10",
  "null",
);
const envName = fc.constantFrom("ZAI_API_KEY", "A", "_x1");

const lane = (id: string): fc.Arbitrary<Lane> =>
  fc.record({
    id: fc.constant(id),
    baseUrl: fc.constant(`https://${id}.example/api`),
    origin: fc.constant(`https://${id}.example`),
    auth: fc.record({
      env: envName,
      headerMode: fc.constantFrom("x-api-key", "authorization"),
      scopedEnv: fc.dictionary(fc.constantFrom("work", "home", "1"), envName, { noNullPrototype: true }),
    }),
    models: fc.uniqueArray(
      fc.record({
        pattern,
        lane: fc.constantFrom(null, ...laneIds),
        headerMode: fc.constantFrom(null, "x-api-key"),
        contextTokens: fc.constantFrom(null, 1_000_000),
      }),
      { selector: (model) => model.pattern },
    ),
    modelMap: fc.uniqueArray(fc.record({ pattern, model: fc.constantFrom("glm-5", "glm-4.7") }), {
      selector: (mapping) => mapping.pattern,
    }),
    contextTokens: fc.constantFrom(null, 200_000),
    quotaPollMinutes: fc.constantFrom(null, 5, 7.5, 1440),
    extractor: fc.constantFrom(...EXTRACTOR_NAMES),
    dialect: fc.constantFrom(...DIALECT_NAMES),
    needs: fc.record(
      {
        thinking: fc.constantFrom("keep", "strip_foreign", "strip_all"),
        systemTurns: fc.constantFrom("keep", "user", "drop"),
        toolIds: fc.boolean(),
        fields: fc.array(fc.constantFrom("max_tokens", "stream")),
        redactUserId: fc.boolean(),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    answers: fc.record({
      restoreModel: fc.boolean(),
      hold: fc.constantFrom("first_event", "first_content"),
      missingStop: fc.constantFrom("complete", "error"),
    }),
    trustOrigin: fc.boolean(),
    enabled: fc.boolean(),
  });

const route: fc.Arbitrary<Route> = fc
  .record({ pattern, order: fc.shuffledSubarray([...laneIds], { minLength: 1 }) })
  .map(({ pattern: text, order: [provider = "zai", ...fallback] }) => ({
    pattern: text,
    provider,
    fallback,
  }));

const catalogs: fc.Arbitrary<Catalog> = fc.record({
  lanes: fc.tuple(...laneIds.map(lane)),
  routes: fc.array(route, { maxLength: 4 }),
});

describe("a catalog written out in the file's own spelling", () => {
  it("is read back as the same catalog", () => {
    fc.assert(
      fc.property(catalogs, (catalog) => {
        expect(parseCatalog(stringify(toCatalogFile(catalog)))).toMatchObject({ success: true, catalog });
      }),
      { numRuns: 100 },
    );
  });
});
