import type { WindowView } from "./usage-window.ts";

const PREFIX = "anthropic-ratelimit-unified";
/** From this share on the vendor warns. */
const WARN_SHARE = 0.9;
const CLAIMS = { "5h": "five_hour", "7d": "seven_day" } as const;

interface NamedWindow extends WindowView {
  readonly name: "5h" | "7d";
}

function share(window: NamedWindow): number {
  return window.usedTokens / window.capTokens;
}

function windowStatus(window: NamedWindow): "allowed" | "allowed_warning" | "rejected" {
  if (window.spent) return "rejected";
  return share(window) >= WARN_SHARE ? "allowed_warning" : "allowed";
}

/**
 * The subscription headers of an answer: shares 0..1 with two decimals, resets in epoch seconds. The fullest window
 * is the representative one.
 */
export function unifiedHeaders(windows: readonly NamedWindow[]): Record<string, string> {
  const fullest = [...windows].sort((a, b) => share(b) - share(a))[0];
  if (fullest === undefined) return {};
  const headers: Record<string, string> = {
    [`${PREFIX}-status`]: windowStatus(fullest),
    [`${PREFIX}-reset`]: String(Math.ceil(fullest.resetAtMs / 1000)),
    [`${PREFIX}-representative-claim`]: CLAIMS[fullest.name],
    // On every answer of an account that has bought no overage, served ones too.
    [`${PREFIX}-overage-status`]: "rejected",
    [`${PREFIX}-overage-disabled-reason`]: "out_of_credits",
  };
  for (const window of windows) {
    const name = `${PREFIX}-${window.name}`;
    headers[`${name}-status`] = windowStatus(window);
    headers[`${name}-reset`] = String(Math.ceil(window.resetAtMs / 1000));
    headers[`${name}-utilization`] = (Math.floor(share(window) * 100) / 100).toFixed(2);
    if (window.spent) headers[`${name}-surpassed-threshold`] = "1.0";
    else if (share(window) >= WARN_SHARE) headers[`${name}-surpassed-threshold`] = String(WARN_SHARE);
  }
  return headers;
}
