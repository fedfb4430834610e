import { isSignatureRefusal, isToolIdRefusal } from "@ccp/lane-repair";
import type { HeaderMode } from "@ccp/provider-catalog";
import type { Deps } from "../deps.ts";
import { disown } from "./fit-request.ts";
import { type Judged, judge } from "./judge.ts";
import { type Prepared, prepare, withHeaderMode } from "./prepare.ts";
import type { Attempt, Run } from "./run.ts";
import { send } from "./send.ts";
import { CallFailure } from "./upstream-call.ts";

/** Vendors whose keys work in one header or the other, depending on the deployment. */
const EITHER_HEADER: ReadonlySet<string> = new Set(["zai"]);

/**
 * Sends an attempt and judges its answer. What the same lane may take in another form is sent once more in that form:
 * a key in the other header, a conversation without the thinking or the tool ids that the lane refused.
 */
export async function askLane(run: Run, attempt: Attempt, deps: Deps): Promise<Judged> {
  let judged = await askWithKey(run, attempt, deps);
  const mended = new Set<Refusal>();
  for (;;) {
    const refusal = refusalOf(judged);
    if (refusal === null || mended.has(refusal) || run.clientGone) return judged;
    mended.add(refusal);
    const prepared = inAnotherForm(run, attempt, mended, refusal, deps);
    if (prepared === null) return judged;
    judged = await askAgain(run, attempt, judged, prepared, deps);
  }
}

/**
 * Where the lane refuses its key and may want it in the other header, it is asked once more; the mode that works is kept
 * for the lane's next requests.
 */
async function askWithKey(run: Run, attempt: Attempt, deps: Deps): Promise<Judged> {
  const judged = await ask(run, attempt, deps);
  const other = otherHeaderMode(attempt, judged);
  if (other === null || run.clientGone) return judged;
  const prepared = withHeaderMode(attempt.prepared, run.accepted, other);
  const again = await askAgain(run, attempt, judged, prepared, deps);
  if (isWordFromBeyondTheDoor(again)) attempt.runtime.learned.headerMode = other;
  return again;
}

function askAgain(
  run: Run,
  attempt: Attempt,
  refused: Judged,
  prepared: Prepared,
  deps: Deps,
): Promise<Judged> {
  refused.sent.call.abort(new CallFailure("aborted", null));
  attempt.prepared = prepared;
  attempt.retried = true;
  return ask(run, attempt, deps);
}

async function ask(run: Run, attempt: Attempt, deps: Deps): Promise<Judged> {
  const sent = await send({ ...attempt.prepared, lane: attempt.runtime, decode: true }, deps, (call) => {
    run.activeCall = call;
  });
  attempt.retried ||= sent.retried;
  return judge(sent, attempt.runtime, attempt.prepared.credential, deps.clock.wallMs);
}

/** What of a conversation a lane refuses, and which repair is for it. */
type Refusal = "strip_thinking" | "tool_ids";

function refusalOf({ sent, signal }: Judged): Refusal | null {
  if (sent.head?.status !== 400) return null;
  if (isSignatureRefusal(signal.message)) return "strip_thinking";
  return isToolIdRefusal(signal.message) ? "tool_ids" : null;
}

/**
 * The request without what the lane refused. It happens when nobody knows any more who made it, so what was refused is
 * noted for the turns to come.
 *
 * @returns `null`: the answer stands.
 */
function inAnotherForm(
  run: Run,
  attempt: Attempt,
  mended: ReadonlySet<Refusal>,
  refusal: Refusal,
  deps: Deps,
): Prepared | null {
  const { accepted } = run;
  disown(accepted, refusal === "tool_ids" ? "toolIds" : "signatures", deps.mints);
  const preparation = prepare(accepted, attempt.runtime, deps, mended.has("strip_thinking"));
  if (preparation.kind === "unfit" || !preparation.prepared.repairs.includes(refusal)) return null;
  const { headerMode } = attempt.prepared;
  return preparation.prepared.headerMode === headerMode
    ? preparation.prepared
    : withHeaderMode(preparation.prepared, accepted, headerMode);
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
