import { type LaneNeeds, laneNeeds } from "@ccp/lane-repair";
import type { Lane } from "@ccp/provider-catalog";
import { ANTHROPIC_LANE } from "@ccp/usage-contract";

/** What a lane needs of a request: what is known of its dialect, and over it what the catalog says. */
export function effectiveNeeds(lane: Pick<Lane, "id" | "dialect" | "auth" | "needs">): LaneNeeds {
  const known = laneNeeds(lane.dialect);
  // Betas of a login go where the login itself goes.
  const getsLogin = lane.id === ANTHROPIC_LANE || lane.auth.headerMode === "passthrough";
  return { ...known, oauthBetas: known.oauthBetas && getsLogin, ...lane.needs };
}
