import {
  cooldownSteps,
  createLaneBook,
  type Decision,
  decide,
  type LaneBook,
  type LaneFacts,
  laneFacts,
  passOverTooSmall,
  type RoutingSnapshot,
  type SendDecision,
} from "@ccp/router-policy";
import type { LaneId, QuotaConfig, RerouteDecision, RerouteMode } from "@ccp/usage-contract";
import type { RecordedRequest, Recording } from "../recording/recording.ts";
import type { Answer, AssumedUpstream } from "../upstream/assumed-upstream.ts";
import { GatewayCount } from "./gateway-count.ts";
import type { LanePlan, LanePlans } from "./lane-plans.ts";
import { type ModeFigures, ModeTally } from "./mode-tally.ts";
import { Timeline } from "./timeline.ts";
import type { WeightsOf } from "./weights-of.ts";

/** As live traffic: a backstop for leases whose end never comes. */
const LEASE_MS = 3_600_000;

export interface ReplayOptions {
  readonly mode: RerouteMode;
  readonly config: QuotaConfig;
  readonly cooldownMs: number;
  /** How often what was learned is recomputed. */
  readonly tickMs: number;
  readonly plans: LanePlans;
  readonly upstream: AssumedUpstream;
  readonly weightsOf: WeightsOf;
}

/** One request on its way. */
interface Flight {
  readonly id: string;
  readonly request: RecordedRequest;
  readonly plan: LanePlan;
  readonly tried: LaneId[];
  /** The rule of the last change of lane. */
  rule: RerouteDecision;
}

/** What comes of an attempt. */
interface Step {
  readonly flight: Flight;
  readonly lane: LaneId;
  readonly startMs: number;
  readonly what: Answer | typeof HEAD;
}

/** The first byte of an answer: the lane serves. */
const HEAD = { kind: "head" } as const;

/**
 * Sends the requests of a log through the rules of one mode, with a fresh engine and lane book and the log's own
 * times as the clock. Deciding, reserving, marking and settling follow the order of live traffic.
 */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #requests: readonly RecordedRequest[];
  readonly #count: GatewayCount;
  readonly #book: LaneBook = createLaneBook();
  readonly #timeline: Timeline<Step> = new Timeline();
  readonly #tally: ModeTally = new ModeTally();
  /** Lanes of which the book holds more than running pauses. On the others a success has nothing to lift. */
  readonly #troubled: Set<LaneId> = new Set();
  /** The mode of the recording: a lane that refused then would have refused now. */
  readonly #isOwnMode: boolean;
  #next = 0;

  constructor(recording: Recording, options: ReplayOptions) {
    this.#isOwnMode = recording.modes.every((mode) => mode === options.mode);
    this.#options = options;
    this.#requests = recording.requests;
    const startMs = recording.requests[0]?.atMs ?? 0;
    this.#count = new GatewayCount({ ...options, earlier: recording.earlier, startMs });
  }

  /** Requests that have arrived so far. */
  get arrived(): number {
    return this.#next;
  }

  get figures(): ModeFigures {
    return this.#tally;
  }

  /** Goes on for at most so many arrivals. @returns Whether the log is through, with all answers in. */
  run(arrivals: number): boolean {
    for (let left = arrivals; left > 0; left -= 1) {
      const request = this.#requests[this.#next];
      this.#settleUntil(request?.atMs ?? Number.POSITIVE_INFINITY);
      if (request === undefined) return true;
      this.#arrive(request);
    }
    return false;
  }

  #arrive(request: RecordedRequest): void {
    this.#count.tick(request.atMs);
    const plan = this.#options.plans.planOf(request);
    const flight: Flight = { id: String(this.#next), request, plan, tried: [], rule: "quota_pass" };
    this.#next += 1;
    this.#attempt(flight, null, request.atMs);
  }

  /** What happens before an arrival; at the same instant the arrival comes first, as it was logged first. */
  #settleUntil(untilMs: number): void {
    while (this.#timeline.nextMs < untilMs) {
      const nowMs = this.#timeline.nextMs;
      const step = this.#timeline.pop();
      if (step === undefined) return;
      this.#settle(step, nowMs);
    }
  }

  #attempt(flight: Flight, after: RoutingSnapshot["after"], nowMs: number): void {
    const { request, plan } = flight;
    const decision = this.#decide(flight, after, nowMs);
    if (decision.kind !== "send") {
      this.#tally.refused += 1;
      return;
    }
    if (decision.lane !== plan[0].id) flight.rule = decision.rerouteDecision;
    this.#reserve(flight, decision, nowMs);
    const what = this.#options.upstream.answer(request, decision.lane, nowMs);
    this.#expect({ flight, lane: decision.lane, startMs: nowMs, what });
  }

  #expect(step: Step): void {
    const { flight, lane, startMs, what } = step;
    const { headMs, serviceMs } = flight.request;
    if ("lostMs" in what) {
      this.#timeline.push(startMs + what.lostMs, step);
      return;
    }
    if (what.kind === "served" && this.#troubled.has(lane)) {
      this.#timeline.push(startMs + headMs, { flight, lane, startMs, what: HEAD });
    }
    this.#timeline.push(startMs + serviceMs, step);
  }

  #decide({ request, plan, tried }: Flight, after: RoutingSnapshot["after"], nowMs: number): Decision {
    const { mode, config } = this.#options;
    const { model, predictedTokens, pin } = request;
    const reasons = whyUnusable(plan, request);
    const lanes = plan.map((lane, index): LaneFacts => {
      const room = this.#count.room(lane.id, model, predictedTokens, nowMs);
      const unusableReason = reasons[index] ?? null;
      const isTried = tried.includes(lane.id);
      const question = { lane: lane.id, model, predictedTokens, unusableReason, tried: isTried, room, nowMs };
      return this.#asRecorded(laneFacts(question, this.#book), request, nowMs);
    });
    return decide({ mode, preemptAt: config.preemptAt, pin, lanes, after }, nowMs);
  }

  /** What a lane had said of itself by then, which no count tells. */
  #asRecorded(facts: LaneFacts, { closed = [] }: RecordedRequest, nowMs: number): LaneFacts {
    const found = closed.find(({ lane, untilMs }) => lane === facts.lane && untilMs > nowMs);
    if (found === undefined) return facts;
    const { by, untilMs } = found;
    if (by === "window")
      return { ...facts, blocked: true, spentUntilMs: Math.max(untilMs, facts.spentUntilMs ?? untilMs) };
    return this.#isOwnMode ? { ...facts, mark: { state: "declared", untilMs } } : facts;
  }

  #reserve(flight: Flight, { lane }: SendDecision, nowMs: number): void {
    const { id: rid, request, tried } = flight;
    const { model, predictedTokens: predicted } = request;
    tried.push(lane);
    const attempt = tried.length;
    this.#count.reserve({ rid, attempt, lane, model, predicted, deadlineMs: nowMs + LEASE_MS }, nowMs);
    this.#book.takeProbe(lane, model, rid, nowMs);
  }

  #settle(step: Step, nowMs: number): void {
    const { flight, what } = step;
    switch (what.kind) {
      case "head":
        this.#lift(step, nowMs);
        return;
      case "served":
        this.#serve(step, what, nowMs);
        return;
      case "ended":
        this.#count.settle(step.lane, flight.id, flight.tried.length, null, nowMs);
        this.#book.endProbe(flight.id, true, nowMs);
        this.#answered(step);
        return;
      default:
        this.#miss(step, what, nowMs);
    }
  }

  #lift({ flight, lane, startMs }: Step, nowMs: number): void {
    this.#book.clearOnSuccess(lane, flight.request.model, startMs, nowMs);
    this.#book.recordSuccess(lane);
    this.#book.endProbe(flight.id, true, nowMs);
    const isMarked = this.#book.activeMarks(nowMs).some((mark) => mark.lane === lane);
    if (!isMarked) this.#troubled.delete(lane);
  }

  #serve({ flight, lane, startMs }: Step, what: Extract<Answer, { kind: "served" }>, nowMs: number): void {
    const { id, request, tried } = flight;
    const { counts, estimated } = what;
    const { model, headMs, serviceMs } = request;
    const times = { atMs: nowMs, wallMs: nowMs - startMs, streamMs: serviceMs - headMs, ttftMs: headMs };
    const record = { lane, model, counts, ...times, localHour: 0, estimated };
    this.#count.settle(lane, id, tried.length, record, nowMs);
    this.#options.upstream.record(lane, model, counts, nowMs);
    this.#tally.spent(lane, counts, this.#options.weightsOf(lane, model));
    this.#answered({ flight, lane });
  }

  #answered({ flight, lane }: Pick<Step, "flight" | "lane">): void {
    this.#tally.answered(lane, lane === flight.plan[0].id ? null : flight.rule);
  }

  /** An attempt that did not serve: what it teaches is taken in, and the same request goes on at once. */
  #miss(step: Step, what: Exclude<Answer, { kind: "served" | "ended" }>, nowMs: number): void {
    const { flight, lane } = step;
    this.#count.settle(step.lane, flight.id, flight.tried.length, null, nowMs);
    this.#tally.wastedMs += what.lostMs;
    this.#troubled.add(lane);
    if (what.kind === "limit") this.#markLimit(step, what, nowMs);
    else if (what.kind === "throttle") this.#book.pause(lane, "throttle", null, nowMs);
    else this.#book.recordFailure(lane, nowMs);
    this.#book.endProbe(flight.id, false, nowMs);
    const kind = what.kind === "failure" ? "failure" : "limit";
    if (kind === "limit") this.#tally.overshoots += 1;
    this.#attempt(flight, { kind, lane }, nowMs);
  }

  #markLimit({ flight, lane, startMs }: Step, what: Extract<Answer, { kind: "limit" }>, nowMs: number): void {
    const { model } = flight.request;
    const { signal, windowMs } = what;
    this.#count.observeLimit({ lane, model, signal, nowMs, startedAtMs: startMs });
    this.#book.markLimit({
      lane,
      model: signal.scope === "account" ? null : model,
      untilMs: signal.resetAtMs,
      windowMs,
      cooldownMs: this.#options.cooldownMs,
      cooldownSteps: cooldownSteps(this.#options.mode),
      nowMs,
    });
  }
}

function whyUnusable(plan: LanePlan, { counts, predictedTokens, pin }: RecordedRequest): (string | null)[] {
  const inputTokens =
    counts === null
      ? predictedTokens
      : counts.inputTokens + counts.cacheCreationTokens + counts.cacheReadTokens;
  const contexts = plan.map(({ unusable, contextTokens }) => ({
    unusableReason: unusable,
    contextTokens,
    inputTokens,
  }));
  return passOverTooSmall(contexts, pin !== null);
}
