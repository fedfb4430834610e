import {
  type BodyReading,
  type MintBook,
  type Mints,
  mintsIn,
  needsHistoryRepair,
  type RepairedRequest,
  readBody,
  repairRequest,
  replaceModel,
} from "@ccp/lane-repair";
import { mapModel } from "@ccp/provider-catalog";
import { proveSingleModel } from "@ccp/request-scan";
import type { LaneId } from "@ccp/usage-contract";
import type { OwnError } from "../http/answer.ts";
import type { LaneRuntime } from "../lanes/lane-runtime.ts";
import type { Accepted } from "./accept.ts";
import { AMBIGUOUS_MODEL, unreadableUser } from "./fail.ts";
import { hideUserId } from "./hide-user-id.ts";

/** A request in the form that one lane takes. */
export interface FittedRequest {
  /** As it came, packed or not, where no repair had to change it. */
  readonly body: readonly Uint8Array[];
  /** `null`: no such header is sent. */
  readonly betas: string | null;
  /** Names of the repairs that changed bytes or headers. */
  readonly repairs: readonly string[];
  /** What its answer has to be given back; `null`: nothing. */
  readonly restore: Restore | null;
}

export interface Restore {
  readonly model: string | null;
  /** The tool id that was sent → the client's own. */
  readonly toolIds: ReadonlyMap<string, string>;
}

export type Fitting =
  | { readonly kind: "fitted"; readonly fitted: FittedRequest }
  /** The lane must not be sent this. */
  | { readonly kind: "unfit"; readonly error: OwnError };

/**
 * Makes a request fit a lane. Where nothing has to be changed the very bytes that came go on; history is looked at only
 * where it may hold what another lane minted.
 *
 * @param betas The client's `anthropic-beta`; `null` where it sent none.
 * @param stripThinking After the lane has refused a signature: no thinking is sent at all.
 */
export function fitRequest(
  accepted: Accepted,
  runtime: LaneRuntime,
  mints: MintBook,
  betas: string | null,
  stripThinking: boolean,
): Fitting {
  const { lane, needs } = runtime;
  const model = mapModel(lane, accepted.scan.model);
  const isRenamed = model !== null && model !== accepted.scan.model;
  if (isRenamed && !proveSingleModel(accepted.plain)) return { kind: "unfit", error: AMBIGUOUS_MODEL };
  const named = isRenamed ? replaceModel(accepted.plain, accepted.scan.modelSpan, model) : accepted.plain;
  // Read only where any other lane has minted at all, and then once for both.
  const reading = needsHistoryRepair(needs) && mints.hasOthers(lane.id) ? readBody(named) : undefined;
  const repaired = repairRequest({
    chunks: named,
    reading,
    needs: stripThinking ? { ...needs, thinking: "strip_all" } : needs,
    crossLane: reading !== undefined && holdsOthers(reading, lane.id, mints),
    isOwnSignature: (signature) => !isOthers(signature, lane.id, mints),
    isOwnToolId: (id) => mints.lanesOf(id)?.includes(lane.id) ?? false,
    hideUserId: (userId) => hideUserId(runtime, userId),
    betas,
  });
  // Sent as it is, it would tell the lane what its entry says it must not know.
  if (needs.redactUserId && repaired.issue !== null) {
    return { kind: "unfit", error: unreadableUser(lane.id, repaired.issue) };
  }
  const restoreModel = isRenamed && lane.answers.restoreModel ? accepted.scan.model : null;
  return {
    kind: "fitted",
    fitted: {
      body: repaired.chunks === accepted.plain ? accepted.received : repaired.chunks,
      betas: repaired.betas,
      repairs: [...(isRenamed ? ["model_name"] : []), ...repaired.repairs],
      restore: restoreOf(restoreModel, repaired),
    },
  };
}

/** Whether the conversation holds what only other lanes minted. Each mint is asked for, which keeps it remembered. */
function holdsOthers(reading: BodyReading, lane: LaneId, mints: MintBook): boolean {
  const { toolIds, signatures } = mintsIn(reading);
  return [...signatures, ...toolIds].filter((mint) => isOthers(mint, lane, mints)).length > 0;
}

/** What nobody is known to have minted is taken for the lane's own. */
function isOthers(mint: string, lane: LaneId, mints: MintBook): boolean {
  const minters = mints.lanesOf(mint);
  return minters !== null && !minters.includes(lane);
}

function restoreOf(model: string | null, { toolIds }: RepairedRequest): Restore | null {
  return model === null && toolIds.size === 0 ? null : { model, toolIds };
}

/** No lane has this name. */
const NOBODY: LaneId = "?";

/**
 * Notes that a lane refused the signatures, or the tool ids, of a conversation: from now on they are another's, on every
 * later turn, so that what the lane signs next keeps the history it was bound to.
 */
export function disown(accepted: Accepted, what: keyof Mints, mints: MintBook): void {
  for (const mint of mintsIn(readBody(accepted.plain))[what]) mints.noteOnly(NOBODY, mint);
}
