import { ANTHROPIC_LANE, type LaneId } from "@ccp/usage-contract/core";
import type { BaseUrl } from "../base-url.ts";
import type { HeaderMode, LaneAuth } from "../catalog.ts";
import { ANTHROPIC_ORIGIN, mayReceiveClientCredential } from "../credential-rule.ts";
import type { Report } from "../issue/report.ts";
import type { ProviderEntry } from "../schema/providers-file.ts";
import type { KeyPath } from "../source/source-node.ts";

/** A setting with the place it was written at: several spellings are accepted for each. */
interface Setting<T> {
  readonly value: T;
  readonly path: KeyPath;
}

/** Reads how a lane authenticates, whichever way it was written, and checks it against the lane's address. */
export function readAuth(id: LaneId, entry: ProviderEntry, base: BaseUrl, report: Report): LaneAuth | null {
  const here = ["providers", id];
  const env = onlyOne(here, report, [
    { value: entry.auth?.env, path: ["auth", "env"] },
    { value: entry.auth?.key_env, path: ["auth", "key_env"] },
    { value: entry.key_env, path: ["key_env"] },
  ]);
  const mode = onlyOne(here, report, [
    { value: entry.auth?.header_mode, path: ["auth", "header_mode"] },
    { value: entry.header_mode, path: ["header_mode"] },
  ]);
  const scoped = onlyOne(here, report, [
    { value: entry.auth?.scoped_env, path: ["auth", "scoped_env"] },
    { value: entry.scoped_env, path: ["scoped_env"] },
  ]);
  const scopedEnv = scoped?.value ?? {};
  const hasKey = env !== null || Object.keys(scopedEnv).length > 0;
  const headerMode = mode?.value ?? defaultHeaderMode(id, entry, base, hasKey);
  if (headerMode === null) {
    report.issue(
      [...here, "auth", "env"],
      "expected auth.env, the name of the variable that holds the key (or auth.header_mode: none), found nothing",
    );
    return null;
  }
  const modePath = mode?.path ?? [...here, "auth", "header_mode"];
  if (headerMode === "none" && env !== null) {
    report.warn(env.path, "the variable is never used: header_mode is none");
  }
  return checkMode(headerMode, modePath, { entry, base, hasKey }, report)
    ? { env: env?.value ?? null, headerMode, scopedEnv }
    : null;
}

export interface ModeFacts {
  readonly entry: Pick<ProviderEntry, "trust_origin">;
  readonly base: BaseUrl;
  readonly hasKey: boolean;
}

/** Whether a lane may be used with a header mode; says why not. */
export function checkMode(mode: HeaderMode, path: KeyPath, facts: ModeFacts, report: Report): boolean {
  const trusted = facts.entry.trust_origin === true;
  if (mode === "passthrough") {
    if (!mayReceiveClientCredential(facts.base, trusted)) {
      report.issue(
        path,
        `expected another header_mode, found passthrough: the client's own credential goes only to ${ANTHROPIC_ORIGIN}, to this machine, or to an origin marked trust_origin: true`,
      );
      return false;
    }
    if (!facts.base.https && !facts.base.loopback) {
      report.warn(path, "the client's own credential crosses the network unencrypted (http://)");
    }
    return true;
  }
  if (mode === "none" || facts.hasKey) return true;
  report.issue(
    path,
    `expected auth.env beside header_mode: ${mode}, the name of the variable that holds the key; found none`,
  );
  return false;
}

/** `null`: nothing can be assumed, and a lane that always answers 401 helps nobody. */
function defaultHeaderMode(
  id: LaneId,
  entry: ProviderEntry,
  base: BaseUrl,
  hasKey: boolean,
): HeaderMode | null {
  if (id === ANTHROPIC_LANE && mayReceiveClientCredential(base, entry.trust_origin === true))
    return "passthrough";
  if (hasKey) return "x-api-key";
  if (base.origin === ANTHROPIC_ORIGIN) return "passthrough";
  return base.loopback ? "none" : null;
}

function onlyOne<T>(
  here: KeyPath,
  report: Report,
  settings: readonly { readonly value: T | null | undefined; readonly path: KeyPath }[],
): Setting<T> | null {
  const written: Setting<T>[] = [];
  for (const { value, path } of settings) {
    if (value !== null && value !== undefined) written.push({ value, path: [...here, ...path] });
  }
  const [first, second] = written;
  if (second !== undefined) {
    report.issue(second.path, "expected this setting once, found it in two places of the provider", "key");
  }
  return first ?? null;
}
