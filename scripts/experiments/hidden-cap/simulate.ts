import { createQuotaEngine, type QuotaEngine } from "../../../packages/quota-engine/src/index.ts";
import {
  createLaneBook,
  type Decision,
  decide,
  type LaneBook,
  laneFacts,
  type RoutingSnapshot,
} from "../../../packages/router-policy/src/index.ts";
import { type LimitSignal, toQuotaConfig } from "../../../packages/usage-contract/src/index.ts";
import { createHiddenPlan, type HiddenPlan } from "./hidden-plan.ts";

const MODEL = "glm-4.7";
const PREFERRED = "zai";
const FALLBACK = "anthropic";
const MINUTE_MS = 60_000;
/** Monday 2026-01-05 08:00 UTC. */
const START_MS = 1_767_600_000_000;

export interface Scenario {
  readonly configuredTokens: number;
  readonly hiddenTokens: number;
  readonly namesReset: boolean;
  readonly windows: number;
  readonly windowMinutes: number;
  /** Requests that leave at the same moment, again and again. */
  readonly atOnce: number;
  readonly everyMinutes: number;
  readonly tokensEach: number;
  readonly cooldownSec: number;
}

/** One limit that the plan answered with, and what was known after it. */
export interface Limit {
  /** 1-based. */
  readonly window: number;
  readonly minute: number;
  readonly counted: number;
  readonly bias: number | null;
  readonly confidence: number;
  readonly warnPctAuto: number;
  /** Until when the lane is left alone because of it, minutes from the start. */
  readonly untilMinute: number | null;
  /** Attempts that were refused before the lane was left alone. */
  readonly wasted: number;
}

/** One window of the plan, from the outside. */
export interface WindowUse {
  readonly limits: number;
  /** Tokens that the plan served. */
  readonly served: number;
  /** Requests that the fallback served. */
  readonly rerouted: number;
}

export interface Outcome {
  readonly limits: readonly Limit[];
  readonly windows: readonly WindowUse[];
}

/** Plays a scenario with the gateway's own engine, book and decisions; nothing is random. */
export function simulate(scenario: Scenario): Outcome {
  const world = createWorld(scenario);
  const limits: Limit[] = [];
  const windows: WindowUse[] = [];
  const rounds = scenario.windowMinutes / scenario.everyMinutes;
  for (let window = 1; window <= scenario.windows; window += 1) {
    let use: WindowUse = { limits: 0, served: 0, rerouted: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const minute = (window - 1) * scenario.windowMinutes + round * scenario.everyMinutes;
      const met = playRound(world, minute);
      if (met.wasted > 0) limits.push(describeLimit(world, window, minute, met.wasted));
      use = {
        limits: use.limits + Math.min(1, met.wasted),
        served: use.served + met.served,
        rerouted: use.rerouted + met.rerouted,
      };
    }
    windows.push(use);
  }
  return { limits, windows };
}

interface World {
  readonly scenario: Scenario;
  readonly engine: QuotaEngine;
  readonly book: LaneBook;
  readonly plan: HiddenPlan;
  nextId: number;
}

function createWorld(scenario: Scenario): World {
  const config = toQuotaConfig({
    windows: { rolling_seconds: scenario.windowMinutes * 60 },
    models: {
      [MODEL]: {
        provider: PREFERRED,
        rolling_tokens: scenario.configuredTokens,
        rolling_kind: "anchored",
      },
    },
  });
  return {
    scenario,
    engine: createQuotaEngine({ config, mode: "hybrid" }),
    book: createLaneBook(),
    plan: createHiddenPlan(scenario.hiddenTokens, scenario.windowMinutes * MINUTE_MS, scenario.namesReset),
    nextId: 1,
  };
}

interface Round {
  readonly served: number;
  readonly rerouted: number;
  readonly wasted: number;
}

/** All of a round decide before any of them is answered, as a herd of parallel agents does. */
function playRound(world: World, minute: number): Round {
  const nowMs = START_MS + minute * MINUTE_MS;
  const sent = Array.from({ length: world.scenario.atOnce }, () => send(world, nowMs, null));
  let round: Round = { served: 0, rerouted: 0, wasted: 0 };
  for (const { rid, lane } of sent) {
    const refused = answer(world, rid, lane, nowMs);
    const again = refused === null ? null : send(world, nowMs, lane);
    if (again !== null) answer(world, again.rid, again.lane, nowMs);
    const toFallback = (again?.lane ?? lane) === FALLBACK;
    round = {
      served: round.served + (toFallback ? 0 : world.scenario.tokensEach),
      rerouted: round.rerouted + (toFallback ? 1 : 0),
      wasted: round.wasted + (refused === null ? 0 : 1),
    };
  }
  return round;
}

interface Attempt {
  readonly rid: string;
  readonly lane: string;
}

/** Decides and reserves in one step. @param refusedBy The lane that has just refused this request, if one has. */
function send(world: World, nowMs: number, refusedBy: string | null): Attempt {
  const { engine, book, scenario } = world;
  const decision = decideLane(world, nowMs, refusedBy);
  if (decision.kind !== "send") throw new Error(`nowhere to go: ${decision.reason}`);
  const { lane } = decision;
  const rid = `r${world.nextId}`;
  world.nextId += 1;
  const lease = { rid, attempt: 1, lane, model: MODEL, predicted: scenario.tokensEach };
  engine.reserve({ ...lease, deadlineMs: nowMs + 60 * MINUTE_MS }, nowMs);
  book.takeProbe(lane, MODEL, rid, nowMs);
  return { rid, lane };
}

function decideLane({ engine, book, scenario }: World, nowMs: number, refusedBy: string | null): Decision {
  const predicted = scenario.tokensEach;
  const lanes = [PREFERRED, FALLBACK].map((lane) =>
    laneFacts(
      {
        lane,
        model: MODEL,
        predictedTokens: predicted,
        unusableReason: null,
        tried: lane === refusedBy,
        room: engine.assess({ lane, model: MODEL, predicted, nowMs }),
        nowMs,
      },
      book,
    ),
  );
  const after = refusedBy === null ? null : ({ kind: "limit", lane: refusedBy } as const);
  const snapshot: RoutingSnapshot = { mode: "hybrid", preemptAt: "block", pin: null, lanes, after };
  return decide(snapshot, nowMs);
}

/** @returns The refusal, or `null` when the lane served. The fallback always does. */
function answer(world: World, rid: string, lane: string, nowMs: number): LimitSignal | null {
  const { engine, book, plan, scenario } = world;
  const refused = lane === PREFERRED ? plan.ask(scenario.tokensEach, nowMs) : null;
  if (refused !== null) {
    engine.observeLimit({ lane, model: MODEL, signal: refused, nowMs, startedAtMs: nowMs });
    const windowMs = scenario.windowMinutes * MINUTE_MS;
    const cooldownMs = scenario.cooldownSec * 1000;
    book.markLimit({ lane, model: MODEL, untilMs: refused.resetAtMs, windowMs, cooldownMs, nowMs });
    book.endProbe(rid, false, nowMs);
    engine.settle(rid, 1, null, nowMs);
    return refused;
  }
  const counts = { outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };
  engine.settle(
    rid,
    1,
    {
      lane,
      model: MODEL,
      counts: { ...counts, inputTokens: scenario.tokensEach },
      atMs: nowMs,
      wallMs: 1000,
      streamMs: 0,
      ttftMs: null,
      localHour: 0,
      estimated: false,
    },
    nowMs,
  );
  book.clearOnSuccess(lane, MODEL, nowMs, nowMs);
  book.recordSuccess(lane);
  book.endProbe(rid, true, nowMs);
  return null;
}

function describeLimit({ engine, book }: World, window: number, minute: number, wasted: number): Limit {
  const nowMs = START_MS + minute * MINUTE_MS;
  const learned = engine.calibration(PREFERRED, MODEL, nowMs);
  const { rolling } = engine.assess({ lane: PREFERRED, model: MODEL, predicted: 0, nowMs });
  const { untilMs } = book.mark(PREFERRED, MODEL, nowMs);
  return {
    window,
    minute,
    counted: rolling.usedTokens,
    bias: learned.bias,
    confidence: learned.confidence,
    warnPctAuto: learned.warnPctAuto,
    untilMinute: untilMs === null ? null : (untilMs - START_MS) / MINUTE_MS,
    wasted,
  };
}
