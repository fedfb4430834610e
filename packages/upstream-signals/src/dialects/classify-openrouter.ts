import type { Refusal, Verdict } from "../refusal.ts";
import { asObject, asText } from "../text/values.ts";

/** OpenRouter's 402 is a throttle when only requests in flight hold the budget; otherwise the money is gone. */
export function classifyOpenrouter({ status, body }: Refusal): Verdict | null {
  const metadata = asObject(body.error?.metadata);
  if (status === 402 && body.form !== "html") {
    const code = asText(metadata?.limit_source) ?? body.code;
    const inFlight = code === "openrouter_in_flight_budget";
    return inFlight
      ? { kind: "throttle", scope: "request", source: "body", code }
      : { kind: "dead_lane", scope: "account", source: code === null ? "status" : "body", code };
  }
  // Its 403 is also given for a prompt that moderation flagged, which says nothing about the key.
  if (status === 403 && metadata?.flagged_input !== undefined) {
    return { kind: "request", scope: "request", source: "body" };
  }
  return null;
}
