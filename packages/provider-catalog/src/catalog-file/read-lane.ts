import { type LaneId, laneId } from "@ccp/usage-contract/core";
import { type BaseUrl, parseBaseUrl } from "../base-url.ts";
import type { Lane, LaneModel, ModelMapping } from "../catalog.ts";
import { isPrivateEnough } from "../credential-rule.ts";
import type { Report } from "../issue/report.ts";
import { looksLikeSecret } from "../issue/secrets.ts";
import { readingOf } from "../known-upstreams.ts";
import type { ProviderEntry } from "../schema/providers-file.ts";
import { readAuth } from "./read-auth.ts";
import { readAnswers, readNeeds } from "./read-lane-fit.ts";

const LANE_NAME = /^[a-z][a-z0-9._-]{0,39}$/;
/** Metrics use these as labels for requests that no lane served. */
const RESERVED_NAMES = ["none", "other"];

/** Builds one lane from its entry, whose form is already checked. `null` when the entry cannot be used. */
export function readLane(id: LaneId, entry: ProviderEntry, report: Report): Lane | null {
  checkName(id, report);
  const models = readModels(id, entry, report);
  const modelMap = readModelMap(id, entry, report);
  const base = readBaseUrl(id, entry, report);
  const auth = base === null ? null : readAuth(id, entry, base, report);
  if (base === null || auth === null) return null;
  const reading = readingOf(base.origin, id);
  return {
    id,
    baseUrl: base.url,
    origin: base.origin,
    auth,
    models,
    modelMap,
    contextTokens: entry.context_tokens ?? null,
    extractor: entry.extractor ?? reading.extractor,
    dialect: entry.dialect ?? reading.dialect,
    quotaPollMinutes: entry.quota_poll_minutes ?? null,
    needs: readNeeds(entry.needs ?? {}),
    answers: readAnswers(entry.answers ?? {}),
    trustOrigin: entry.trust_origin ?? false,
    enabled: entry.enabled ?? true,
  };
}

function checkName(id: LaneId, report: Report): void {
  const path = ["providers", id];
  if (!LANE_NAME.test(id)) {
    const expected = "a name of at most 40 lower-case letters, digits, dots, dashes and underscores";
    report.issue(path, `expected ${expected} that starts with a letter, found another one`, "key");
  } else if (RESERVED_NAMES.includes(id)) {
    report.issue(path, "expected another name, found one that is reserved", "key");
  } else if (looksLikeSecret(id)) {
    report.issue(path, "expected a name, found what looks like a key itself (not shown)", "key");
  }
}

function readBaseUrl(id: LaneId, entry: ProviderEntry, report: Report): BaseUrl | null {
  const path = ["providers", id, "base_url"];
  const result = parseBaseUrl(entry.base_url);
  if (!result.success) {
    report.issue(path, `expected a URL such as https://api.example.com, found ${result.found}`);
    return null;
  }
  const { base } = result;
  if (!isPrivateEnough(base, entry.trust_origin === true)) {
    report.issue(
      path,
      "expected https:// (http:// is for this machine, or with trust_origin: true), found http://",
    );
    return null;
  }
  if (looksLikeSecret(base.url)) {
    report.warn(path, "seems to hold a key, which status pages and logs would show with it");
  } else if (base.versionRemoved) {
    report.warn(path, `read as ${base.url}: requests add /v1/messages themselves`);
  }
  return base;
}

function readModels(id: LaneId, entry: ProviderEntry, report: Report): LaneModel[] {
  return Object.entries(entry.models ?? {}).map(([pattern, model]) => {
    checkPattern(["providers", id, "models", pattern], pattern, report);
    return {
      pattern: pattern.trim(),
      lane: model?.lane ? laneId(model.lane) : null,
      headerMode: model?.header_mode ?? null,
      contextTokens: model?.context_tokens ?? null,
    };
  });
}

function readModelMap(id: LaneId, entry: ProviderEntry, report: Report): ModelMapping[] {
  return Object.entries(entry.model_map ?? {}).map(([pattern, model]) => {
    const path = ["providers", id, "model_map", pattern];
    checkPattern(path, pattern, report);
    const name = model.trim();
    if (name === "" || /[*?]/.test(name)) {
      report.issue(path, "expected the name of one model of this provider, found a pattern or a blank");
    }
    return { pattern: pattern.trim(), model: name };
  });
}

function checkPattern(path: readonly string[], pattern: string, report: Report): void {
  if (pattern.trim() === "")
    report.issue(path, 'expected a model name or a pattern such as "glm-*", found a blank', "key");
}
