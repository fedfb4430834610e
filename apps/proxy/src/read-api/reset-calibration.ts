import type { CalibrationResetRequest } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import type { OwnError } from "../http/answer.ts";
import { unknownLane } from "./mark-limit.ts";

/** Forgets what was learned. @returns What is wrong with the request, or `null`. */
export function resetCalibration(request: CalibrationResetRequest, deps: Deps): OwnError | null {
  const { model, lane } = request;
  if (lane !== undefined && !deps.lanes.has(lane)) return unknownLane(lane, deps);
  const which = { ...(model === undefined ? {} : { model }), ...(lane === undefined ? {} : { lane }) };
  const meant = deps.engine.resetCalibration(which, deps.clock.wallMs());
  // A whole lane may have learned nothing yet; a model that nobody knows is a name mistyped.
  if (meant > 0 || model === undefined) return null;
  return {
    status: 422,
    type: "invalid_request_error",
    message: `model: nothing is known of ${model}${lane === undefined ? "" : ` on lane ${lane}`}`,
  };
}
