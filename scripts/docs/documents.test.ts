import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { parseQuotas } from "../../packages/provider-catalog/src/parse-quotas.ts";
import { createQuotaEngine } from "../../packages/quota-engine/src/index.ts";
import {
  ENDPOINTS,
  ENVIRONMENT,
  type LimitSignal,
  REROUTE_DECISIONS,
  toQuotaConfig,
} from "../../packages/usage-contract/src/index.ts";
import { hiddenCapTables } from "../experiments/hidden-cap.ts";
import { environmentTable } from "../generate/render-wire.ts";
import { repoRoot } from "../lib/workspace.ts";

const documents = [
  "README.md",
  ...readdirSync(join(repoRoot, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const read = (path: string): string => readFileSync(join(repoRoot, path), "utf8");
const codeBlocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, block]) => block ?? "",
  );

/** Where a heading can be linked to, as GitHub names it. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replace(/ /g, "-"),
  );

describe("every document", () => {
  it.each(documents)("%s links only to what exists", (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
    const broken = links.filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : relative(repoRoot, join(repoRoot, dirname(path), file));
      if (!existsSync(join(repoRoot, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(documents)("%s names only variables that are read", (path) => {
    // CCP_LOG_LEVEL is the command line's own.
    const known = new Set([...ENVIRONMENT.map(({ name }) => name), "CCP_LOG_LEVEL"]);
    const named = [...read(path).matchAll(/\bCCP_[A-Z_]+\b/g)].map(([name]) => name);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(documents)("%s names only routes that are served", (path) => {
    const served = new Set(ENDPOINTS.map((each) => each.path));
    const named = [...read(path).matchAll(/\b(?:GET|POST) (\/[\w/.*-]*[\w*])/g)].map(
      ([, route = ""]) => route,
    );
    expect(named.filter((route) => !served.has(route))).toEqual([]);
  });

  it.each(documents)("%s names only files that are there", (path) => {
    const named = [...read(path).matchAll(/`((?:apps|packages|scripts|fixtures|docs)\/[\w./-]+)`/g)];
    expect(named.map(([, file = ""]) => file).filter((file) => !existsSync(join(repoRoot, file)))).toEqual(
      [],
    );
  });
});

describe("docs/QUOTAS.md", () => {
  const text = read("docs/QUOTAS.md");

  it("shows quota files that can be used as they stand", () => {
    const files = codeBlocks(text, "json");
    expect(files).toHaveLength(3);
    for (const file of files) expect(parseQuotas(file)).toMatchObject({ success: true });
  });

  it("shows the tables that the experiment prints", () => {
    expect(text).toContain(hiddenCapTables());
  });

  it("names every rule of the decision table", () => {
    const other = ["fallback"];
    for (const rule of REROUTE_DECISIONS.filter((name) => !other.includes(name))) {
      expect(text, rule).toContain(`\`${rule}\``);
    }
  });

  it("counts as the engine counts: 12,700 of the example's tokens", () => {
    const engine = engineOf(1_000_000);
    countTokens(engine, {
      inputTokens: 9000,
      outputTokens: 700,
      cacheCreationTokens: 0,
      cacheReadTokens: 30_000,
    });
    expect(engine.assess(ASK).usedTokens).toBe(12_700);
  });

  it.each([
    [5, { bias: 0.6, confidence: 5 / 9, warnPctAuto: 0.48 }, 600],
    [2, { bias: 0.6, confidence: 2 / 6, warnPctAuto: 0.8 }, 1000],
  ])("has the worked numbers of %i refusals", (refusals, learned, capacity) => {
    const engine = engineOf(1000);
    countTokens(engine, { inputTokens: 600, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 });
    for (let i = 0; i < refusals; i += 1) engine.observeLimit({ ...TARGET, signal: REFUSAL, nowMs: NOW_MS });
    expect(engine.calibration("zai", "glm-4.7", NOW_MS)).toMatchObject(learned);
    expect(engine.assess(ASK).constraints[0]?.effectiveCapacityTokens).toBe(capacity);
  });
});

describe("docs/OPS-GUIDE.md", () => {
  it("has the environment table of the code", () => {
    expect(read("docs/OPS-GUIDE.md")).toContain(environmentTable());
  });
});

describe("the glossary", () => {
  it("is in alphabetical order, each word once", () => {
    const words = [...read("docs/glossary.md").matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, word = ""]) =>
      word.toLowerCase(),
    );
    expect(words.length).toBeGreaterThan(40);
    expect(words).toEqual([...new Set(words)].sort((a, b) => a.localeCompare(b, "en")));
  });
});

const NOW_MS = Date.UTC(2026, 10, 21);
const TARGET = { lane: "zai", model: "glm-4.7" };
const ASK = { ...TARGET, predicted: 0, nowMs: NOW_MS };
const REFUSAL: LimitSignal = {
  kind: "quota",
  scope: "model",
  resetAtMs: null,
  retryAfterMs: null,
  source: "body",
  window: "5h",
  code: "1308",
  message: null,
};

type Engine = ReturnType<typeof createQuotaEngine>;

function engineOf(rollingTokens: number): Engine {
  const models = { "glm-4.7": { provider: "zai", rolling_tokens: rollingTokens } };
  return createQuotaEngine({ config: toQuotaConfig({ models }) });
}

function countTokens(engine: Engine, counts: Parameters<Engine["record"]>[0]["counts"]): void {
  const rest = { atMs: NOW_MS, wallMs: 1000, streamMs: 0, ttftMs: null, localHour: 0, estimated: false };
  engine.record({ ...TARGET, counts, ...rest }, NOW_MS);
}
