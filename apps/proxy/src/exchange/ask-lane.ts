import type { HeaderMode } from "@ccp/provider-catalog";
import type { Deps } from "../deps.ts";
import { type Judged, judge } from "./judge.ts";
import { withHeaderMode } from "./prepare.ts";
import type { Attempt, Run } from "./run.ts";
import { send } from "./send.ts";
import { CallFailure } from "./upstream-call.ts";

/** Vendors whose keys work in one header or the other, depending on the deployment. */
const EITHER_HEADER: ReadonlySet<string> = new Set(["zai"]);

/**
 * Sends an attempt and judges its answer. Where the lane refuses its key and may want it in the other header, it is asked
 * once more; the mode that works is kept for the lane's next requests.
 */
export async function askLane(run: Run, attempt: Attempt, deps: Deps): Promise<Judged> {
  const judged = await ask(run, attempt, deps);
  const other = otherHeaderMode(attempt, judged);
  if (other === null || run.clientGone) return judged;
  judged.sent.call.abort(new CallFailure("aborted", null));
  attempt.prepared = withHeaderMode(attempt.prepared, run.accepted, other);
  attempt.retried = true;
  const again = await ask(run, attempt, deps);
  if (isWordFromBeyondTheDoor(again)) attempt.runtime.learned.headerMode = other;
  return again;
}

async function ask(run: Run, attempt: Attempt, deps: Deps): Promise<Judged> {
  const sent = await send({ ...attempt.prepared, lane: attempt.runtime }, deps, (call) => {
    run.activeCall = call;
  });
  attempt.retried ||= sent.retried;
  return judge(sent, attempt.runtime, attempt.prepared.credential, deps.clock.wallMs);
}

/** Answers that only a caller whose key was taken gets. */
function isWordFromBeyondTheDoor({ signal }: Judged): boolean {
  return ["ok", "quota", "throttle", "request", "entitlement"].includes(signal.kind);
}

function otherHeaderMode({ runtime, prepared }: Attempt, { signal }: Judged): HeaderMode | null {
  if (signal.kind !== "auth" || !EITHER_HEADER.has(runtime.lane.dialect)) return null;
  // Once a mode has worked, a refusal speaks of the key.
  if (runtime.learned.headerMode !== null) return null;
  if (prepared.headerMode === "x-api-key") return "authorization";
  return prepared.headerMode === "authorization" ? "x-api-key" : null;
}
