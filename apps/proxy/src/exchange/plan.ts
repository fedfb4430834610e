import { contextTokensFor, planRoute, servesModel } from "@ccp/provider-catalog";
import type { Assessment, PredictInput, Prediction } from "@ccp/quota-engine";
import {
  type AccountSighting,
  type Decision,
  decide,
  type LaneContext,
  type LaneFacts,
  laneFacts,
  mayBeTooSmall,
  passOverTooSmall,
  type RoutingSnapshot,
  type SessionView,
} from "@ccp/router-policy";
import { ANTHROPIC_LANE, type ClosedLane, type LaneId, type TrafficClass } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { laneUnusable } from "../lanes/lane-runtime.ts";

export type QuestionSize = Pick<PredictInput, "bodyBytes" | "media" | "inputTokens" | "uncached">;

/** What is asked, as far as the choice of a lane needs it. A dry run fills it from numbers, live traffic from bytes. */
export interface Question {
  /** The model the client asked for. */
  readonly model: string;
  /** By bytes of the body, or as somebody names it in tokens. */
  readonly size: QuestionSize;
  readonly maxTokens: number | null;
  /** The conversation it belongs to; `null` where nothing names one. */
  readonly session: string | null;
  readonly trafficClass: TrafficClass;
  /** Claude Code asks about its own plan: only the Anthropic lane can tell. */
  readonly isQuotaProbe: boolean;
  /** Who asks; `null` where nobody does, as in a dry run: then it is asked for the account that was there last. */
  readonly account: AccountSighting | null;
}

/** Where a model's requests go, before any quota is looked at. */
export interface Plan {
  readonly question: Question;
  readonly pin: RoutingSnapshot["pin"];
  /** Preferred lane first. */
  readonly laneIds: readonly LaneId[];
  readonly preferred: LaneId;
  /** Where the asking account's state is kept on lanes that take each client's own login, if not under the lane itself. */
  readonly accounts: ReadonlyMap<LaneId, LaneId>;
}

type Route = Pick<Plan, "laneIds" | "preferred">;

/** Where a lane's limits, windows and counts are kept for whoever asks. */
export function accountOn(plan: Pick<Plan, "accounts">, lane: LaneId): LaneId {
  return plan.accounts.get(lane) ?? lane;
}

/** How the exchange went so far: lanes tried, and what the last one did. */
export interface Progress {
  readonly tried: readonly LaneId[];
  readonly after: RoutingSnapshot["after"];
}

export const NOTHING_TRIED: Progress = { tried: [], after: null };

/** A decision with the numbers it was taken on. */
export interface Decided {
  readonly decision: Decision;
  /** The preferred lane's figures: what the log's quota fields show. */
  readonly assessment: Assessment;
  readonly predictions: ReadonlyMap<LaneId, Prediction>;
  /** Lanes that are closed by their own word: with the counts, what a replay needs to decide alike. */
  readonly closed: readonly ClosedLane[];
  /** Why a lane cannot be asked, in a clause; `null` where it can. */
  readonly unusable: ReadonlyMap<LaneId, string | null>;
}

export function planQuestion(question: Question, deps: Deps): Plan {
  const { settings, catalog } = deps;
  if (settings.offloadPaused) {
    return { question, pin: "kill_switch", ...only(ANTHROPIC_LANE, question, deps) };
  }
  if (question.isQuotaProbe && laneUnusable(deps.lanes.get(ANTHROPIC_LANE)) === null) {
    return { question, pin: null, ...only(ANTHROPIC_LANE, question, deps) };
  }
  // A hint changes the route alone: what is asked for, counted and marked stays the model of the body.
  const hint = deps.modelHint();
  const route = planRoute(catalog, hint ?? question.model);
  const laneIds = [...new Set([route.preferred, ...route.fallback])];
  const accounts = accountsFor(laneIds, question, deps);
  return { question, pin: hint === null ? null : "manual", laneIds, preferred: route.preferred, accounts };
}

function only(lane: LaneId, question: Question, deps: Deps): Route & Pick<Plan, "accounts"> {
  return { laneIds: [lane], preferred: lane, accounts: accountsFor([lane], question, deps) };
}

const ONE_ACCOUNT: ReadonlyMap<LaneId, LaneId> = new Map();

/** An operator's key is one account, whoever asks. */
function accountsFor(
  laneIds: readonly LaneId[],
  { account }: Question,
  { lanes, accounts }: Deps,
): ReadonlyMap<LaneId, LaneId> {
  let found: Map<LaneId, LaneId> | null = null;
  for (const lane of laneIds) {
    if (lanes.get(lane)?.lane.auth.headerMode !== "passthrough") continue;
    const key = account === null ? accounts.latest(lane) : accounts.keyOf(lane, account);
    if (key === lane) continue;
    found ??= new Map();
    found.set(lane, key);
  }
  return found ?? ONE_ACCOUNT;
}

/**
 * Chooses the lane of the next attempt. The same function serves live traffic and the dry run of `POST /v1/decisions`;
 * it changes no state.
 */
export function decideNext(plan: Plan, progress: Progress, nowMs: number, deps: Deps): Decided {
  const { model, trafficClass } = plan.question;
  const session = deps.sessions.last(plan.question.session, model, nowMs);
  const predictions = predict(plan, session, deps);
  const contexts = laneContexts(plan, predictions, nowMs, deps);
  const reasons = passOverTooSmall([...contexts.values()], plan.pin !== null);
  const lanes: LaneFacts[] = [];
  const closed: ClosedLane[] = [];
  let preferredAssessment: Assessment | null = null;
  for (const [index, lane] of plan.laneIds.entries()) {
    const predicted = predictions.get(lane)?.countedTokens ?? 0;
    const context = contexts.get(lane);
    const account = accountOn(plan, lane);
    const assessment = deps.engine.assess({ lane: account, model, predicted, nowMs, trafficClass });
    preferredAssessment ??= assessment;
    const question = {
      lane,
      account,
      model,
      predictedTokens: predicted,
      unusableReason: reasons[index] ?? null,
      mayBeTooSmall: plan.pin === null && context !== undefined && mayBeTooSmall(context),
      tried: progress.tried.includes(lane),
      room: assessment,
      nowMs,
    };
    const facts = laneFacts(question, deps.book);
    lanes.push(facts);
    const shut = closedLane(facts, assessment, nowMs);
    if (shut !== null) closed.push(shut);
  }
  if (preferredAssessment === null) throw new Error("a plan has at least one lane");
  const quotas = deps.quotas.current().config;
  const snapshot: RoutingSnapshot = {
    mode: deps.settings.rerouteMode,
    preemptAt: quotas.preemptAt,
    pin: plan.pin,
    lanes,
    after: progress.after,
    session,
    dwellSec: quotas.dwellSec,
  };
  return {
    decision: decide(snapshot, nowMs),
    assessment: preferredAssessment,
    predictions,
    closed,
    unusable: new Map(lanes.map((facts) => [facts.lane, facts.unusableReason])),
  };
}

function closedLane(
  { lane, mark, spentUntilMs }: LaneFacts,
  { constraints }: Assessment,
  nowMs: number,
): ClosedLane | null {
  if (spentUntilMs !== null && spentUntilMs > nowMs) {
    const window = constraints.find(({ resetAtMs }) => resetAtMs === spentUntilMs)?.name ?? null;
    return { lane, by: "window", window, until_ts: spentUntilMs / 1000 };
  }
  if (mark.state !== "declared" || mark.untilMs === null) return null;
  return { lane, by: "mark", window: null, until_ts: mark.untilMs / 1000 };
}

function predict(plan: Plan, session: SessionView | null, deps: Deps): Map<LaneId, Prediction> {
  const { model, size, maxTokens } = plan.question;
  const predictions = new Map<LaneId, Prediction>();
  for (const lane of plan.laneIds) {
    // A conversation's prompt cache lies on one lane; on another all of it counts anew.
    const cacheWarm = session === null || session.cachedTokens === 0 || session.lane === lane;
    predictions.set(
      lane,
      deps.engine.predict({ lane: accountOn(plan, lane), model, ...size, maxTokens, cacheWarm }),
    );
  }
  return predictions;
}

/** A conversation that does not fit, or a name that is unknown there, would fail where it would have been served. */
function laneContexts(
  plan: Plan,
  predictions: ReadonlyMap<LaneId, Prediction>,
  nowMs: number,
  deps: Deps,
): Map<LaneId, LaneContext> {
  const contexts = new Map<LaneId, LaneContext>();
  for (const lane of plan.laneIds) {
    const runtime = deps.lanes.get(lane);
    const predicted = predictions.get(lane);
    contexts.set(lane, {
      unusableReason: whyClosed(lane, plan, nowMs, deps),
      contextTokens: runtime === undefined ? null : contextTokensFor(runtime.lane, plan.question.model),
      inputTokens: predicted?.inputTokens ?? null,
      leastInputTokens: predicted?.leastInputTokens ?? null,
    });
  }
  return contexts;
}

function whyClosed(lane: LaneId, plan: Plan, nowMs: number, deps: Deps): string | null {
  const runtime = deps.lanes.get(lane);
  const closed = laneUnusable(runtime) ?? deps.book.authError(accountOn(plan, lane), nowMs);
  if (closed !== null || runtime === undefined || lane === plan.preferred) return closed;
  const { model } = plan.question;
  return servesModel(runtime.lane, model) ? null : `it has no name for ${model} (model_map)`;
}
