import { ANTHROPIC_LANE, type LaneId } from "@ccp/usage-contract/core";
import type { DialectName, ExtractorName } from "./catalog.ts";

/** How the answers of an upstream are read, where the catalog does not say. */
export interface Reading {
  readonly extractor: ExtractorName;
  readonly dialect: DialectName;
}

const ANTHROPIC: Reading = { extractor: "anthropic", dialect: "anthropic" };
const ZAI: Reading = { extractor: "zai", dialect: "zai" };
const KIMI: Reading = { extractor: "anthropic", dialect: "kimi" };
const MINIMAX: Reading = { extractor: "anthropic", dialect: "minimax" };
const DEEPSEEK: Reading = { extractor: "anthropic", dialect: "deepseek" };
const OPENROUTER: Reading = { extractor: "anthropic", dialect: "openrouter" };
const UNKNOWN: Reading = { extractor: "anthropic", dialect: "generic" };

const BY_HOST: Readonly<Record<string, Reading>> = {
  "api.anthropic.com": ANTHROPIC,
  "api.z.ai": ZAI,
  "open.bigmodel.cn": ZAI,
  "api.kimi.com": KIMI,
  "api.moonshot.ai": KIMI,
  "api.moonshot.cn": KIMI,
  "api.minimax.io": MINIMAX,
  "api.minimaxi.com": MINIMAX,
  "api.deepseek.com": DEEPSEEK,
  "openrouter.ai": OPENROUTER,
};

const BY_NAME: Readonly<Record<LaneId, Reading>> = {
  [ANTHROPIC_LANE]: ANTHROPIC,
  zai: ZAI,
  bigmodel: ZAI,
  kimi: KIMI,
  moonshot: KIMI,
  minimax: MINIMAX,
  deepseek: DEEPSEEK,
  openrouter: OPENROUTER,
};

/**
 * How to read a lane's answers: by the host it talks to, else by its name (a proxy or a mock in front of a known
 * upstream), else as a server that speaks plain Anthropic Messages and declares no limits.
 */
export function readingOf(origin: string, lane: LaneId): Reading {
  const host = origin.replace(/^https?:\/\//, "").replace(/:\d+$/, "");
  return lookUp(BY_HOST, host) ?? lookUp(BY_NAME, lane) ?? UNKNOWN;
}

function lookUp(table: Readonly<Record<string, Reading>>, key: string): Reading | null {
  return Object.hasOwn(table, key) ? (table[key] ?? null) : null;
}
