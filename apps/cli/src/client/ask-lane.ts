import type { ProviderTest } from "@ccp/usage-contract";
import { proxyFor } from "@ccp/usage-contract/core";
import type { Session } from "../session.ts";
import type { ProviderView } from "../view/find-provider.ts";
import { HttpFailure } from "./http-call.ts";

const TIMEOUT_MS = 5000;

/**
 * Asks a lane for its list of models without a gateway, with the key that this shell has for it. It costs nothing, and
 * the key goes to the lane's own address alone.
 */
export async function askLane(
  lane: string,
  provider: ProviderView,
  { deps, settings }: Pick<Session, "deps" | "settings">,
): Promise<ProviderTest> {
  const url = `${provider.base_url.replace(/\/$/, "")}/v1/models`;
  const key = keyHeaders(provider, deps.env);
  const headers = { accept: "application/json", "anthropic-version": "2023-06-01", ...key };
  const asked = { lane, asked: `GET ${url}`, key_sent: Object.keys(key).length > 0 };
  const proxy = proxyFor(provider.base_url, settings.proxies);
  if (proxy !== null) {
    const error = `it stands behind the proxy of ${proxy.variable}, through which a running gateway alone asks`;
    return { ...asked, status: null, latency_ms: null, clock_skew_sec: null, error };
  }
  const startedMs = deps.nowMs();
  try {
    const { status, headers: got } = await deps.request({
      method: "GET",
      url,
      headers,
      timeoutMs: TIMEOUT_MS,
      signal: deps.signal,
    });
    const nowMs = deps.nowMs();
    return { ...asked, status, latency_ms: nowMs - startedMs, clock_skew_sec: skewSec(got?.date, nowMs) };
  } catch (error) {
    if (deps.signal.aborted || !(error instanceof HttpFailure)) throw error;
    return { ...asked, status: null, latency_ms: null, clock_skew_sec: null, error: error.message };
  }
}

function keyHeaders(
  { key_env, auth }: ProviderView,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const key = key_env === null ? "" : (env[key_env]?.trim() ?? "");
  if (key === "" || auth.header_mode === "none") return {};
  return auth.header_mode === "x-api-key" ? { "x-api-key": key } : { authorization: `Bearer ${key}` };
}

function skewSec(date: string | undefined, nowMs: number): number | null {
  const toldMs = Date.parse(date ?? "");
  return Number.isNaN(toldMs) ? null : Math.round((toldMs - nowMs) / 1000);
}
