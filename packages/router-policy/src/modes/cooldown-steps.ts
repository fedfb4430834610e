import type { RerouteMode } from "@ccp/usage-contract";

/**
 * Up to how many times its length a cooldown grows while probes are refused. `run2cap` counts nothing that would keep it
 * from a spent lane, so it asks less and less often: after 5, 10 and 15 minutes by default.
 */
export function cooldownSteps(mode: RerouteMode): number {
  return mode === "run2cap" ? 3 : 1;
}
