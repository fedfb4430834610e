import type { ProviderTest } from "@ccp/usage-contract";
import type { ProviderView } from "./find-provider.ts";

export interface LaneVerdict {
  /** It answers, and took the key if one was sent. */
  readonly ok: boolean;
  /** One clause for people. */
  readonly text: string;
  /** What would mend it; `null` where nothing has to be. */
  readonly fix: string | null;
}

/** Clocks may differ by this much before tokens and resets are read wrongly. */
export const MAX_SKEW_SEC = 60;

/**
 * What the answer to a free question says. A lane that does not know the route, or wants a credential that was not
 * sent, was reached all the same.
 *
 * @param by Who asked: only the gateway's key says anything of the gateway.
 */
export function judgeLaneTest(
  test: ProviderTest,
  { key_env, state }: Pick<ProviderView, "key_env" | "state">,
  by: "gateway" | "shell",
): LaneVerdict {
  const { status, error, key_sent } = test;
  if (status === null) return bad(error ?? "nothing answered", "check base_url, the network and its proxy");
  if (status === 401 || status === 403) {
    if (!key_sent) return good(`it answers; ${noKey(key_env, state, by)}`);
    return bad(`it answers, and refuses the key (${status})`, `renew ${key_env ?? "its key"}`);
  }
  if (status >= 500) return bad(`it answers ${status}: its own fault`, "wait, and test again");
  if (status === 404 || status === 405)
    return good("it answers; it has no list of models, so the key was not tried");
  if (status === 429) return good("it answers; too many requests just now (429)");
  if (status >= 400) return bad(`it answers ${status}`, "check base_url");
  if (status >= 300) return bad(`it sends elsewhere (${status}), which is never followed`, "check base_url");
  return good(key_sent ? "it answers and takes the key" : `it answers; ${noKey(key_env, state, by)}`);
}

function noKey(keyEnv: string | null, state: ProviderView["state"], by: "gateway" | "shell"): string {
  if (state === "passthrough") return "no key was sent: clients bring their own login";
  if (keyEnv === null) return "no key was sent: none is named";
  const where = by === "gateway" ? "where the gateway runs" : "in this shell";
  return `no key was sent: ${keyEnv} is not set ${where}`;
}

function good(text: string): LaneVerdict {
  return { ok: true, text, fix: null };
}

function bad(text: string, fix: string): LaneVerdict {
  return { ok: false, text, fix };
}
