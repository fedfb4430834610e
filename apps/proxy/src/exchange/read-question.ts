import { type ClientRequest, isQuotaProbe, sessionKey, trafficClass } from "@ccp/router-policy";
import type { SightAccount } from "../state/accounts.ts";
import type { Accepted } from "./accept.ts";
import type { Question } from "./plan.ts";

/** What a request tells of itself, from its head and what was read of its body. */
export function readQuestion(accepted: Accepted, sight: SightAccount): Question {
  const { incoming, plainBytes, scan } = accepted;
  const headers = {
    get(name: string): string | null {
      const value = incoming.headers[name];
      return (Array.isArray(value) ? value[0] : value) ?? null;
    },
  };
  const { model, maxTokens, stream, hasTools, userId, system } = scan;
  const attribution = system?.[0] ?? null;
  const request: ClientRequest = {
    headers,
    model,
    maxTokens,
    stream,
    hasTools,
    bodyBytes: plainBytes,
    attribution,
  };
  const traffic = trafficClass(request);
  const asksForPlan = isQuotaProbe(request);
  return {
    model,
    size: { bodyBytes: plainBytes, media: accepted.media },
    maxTokens,
    // The question carries the session's name, but no conversation: it must not hold one on the lane that answers it.
    session: asksForPlan
      ? null
      : sessionKey({ headers, userId, trafficClass: traffic, hasTools, maxTokens, system }),
    trafficClass: traffic,
    isQuotaProbe: asksForPlan,
    account: sight(headers, userId),
  };
}
