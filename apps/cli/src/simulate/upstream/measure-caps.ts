import type { LaneId } from "@ccp/usage-contract";
import type { RecordedAttempt, RecordedRequest, Recording } from "../recording/recording.ts";
import { Timeline } from "../replay/timeline.ts";
import {
  type BoundLimit,
  capacityOf,
  type LimitSubject,
  WINDOWS,
  type WindowWord,
} from "./limit-subjects.ts";
import { median } from "./median.ts";
import { constraintName, type UpstreamCount } from "./upstream-count.ts";

/** A limit below this share of the configured cap is no evidence about it: others had spent the plan. */
const FOREIGN_SHARE = 0.05;

type Step =
  | { readonly kind: "limit"; readonly request: RecordedRequest; readonly attempt: RecordedAttempt }
  | { readonly kind: "served"; readonly request: RecordedRequest; readonly attempt: RecordedAttempt };

/**
 * Counts a log as it was recorded, and notes how much had been counted whenever a lane refused, or answered.
 *
 * Of the limits of one spell only the first is taken: until the lane has served again, the later ones say nothing
 * new, while what was counted goes on leaving the window.
 */
export class CapSamples {
  readonly foreign: Set<RecordedAttempt> = new Set();
  readonly #met: Map<string, number[]> = new Map();
  readonly #highest: Map<string, number> = new Map();
  /** Every first count of a spell, those that are no evidence included, by lane and cap. */
  readonly #counts: Map<LaneId, Map<string, number[]>> = new Map();
  /** Windows of subjects that refused and have not taken a request since, with the time of the refusal. */
  readonly #spent: Map<string, number> = new Map();
  readonly #bound: ReadonlyMap<RecordedAttempt, BoundLimit>;
  readonly #count: UpstreamCount;

  constructor(recording: Recording, bound: ReadonlyMap<RecordedAttempt, BoundLimit>, count: UpstreamCount) {
    this.#bound = bound;
    this.#count = count;
    const timeline = new Timeline<Step>();
    for (const request of recording.requests) {
      this.#runUntil(request.atMs, timeline);
      this.#start(request, timeline);
    }
    this.#runUntil(Number.POSITIVE_INFINITY, timeline);
  }

  atLimits(subject: LimitSubject, window: WindowWord): readonly number[] {
    return this.#met.get(constraintName(subject, window)) ?? [];
  }

  /** The most that had been counted when a request was let in; 0 while that was below the configured cap. */
  highestServed(subject: LimitSubject, window: WindowWord): number {
    return this.#highest.get(constraintName(subject, window)) ?? 0;
  }

  /**
   * How far the counts at a lane's limits lie apart: the mean distance from their median, as a share of it. A lane
   * whose limits all came at one count has 0.
   */
  spread(lane: LaneId): number {
    let widest = 0;
    for (const counts of this.#counts.get(lane)?.values() ?? []) {
      const middle = median(counts) ?? 0;
      const distance = counts.reduce((sum, count) => sum + Math.abs(count - middle), 0) / counts.length;
      widest = Math.max(widest, middle > 0 ? distance / middle : 1);
    }
    return widest;
  }

  #start(request: RecordedRequest, timeline: Timeline<Step>): void {
    for (const attempt of request.attempts) {
      if (!this.#count.isCapped(attempt.lane)) continue;
      if (attempt.end === "limit") {
        timeline.push(Math.max(attempt.startMs, request.atMs) + attempt.lostMs, {
          kind: "limit",
          request,
          attempt,
        });
      } else if (attempt.end === "served") {
        timeline.push(Math.max(attempt.startMs, request.atMs) + request.serviceMs, {
          kind: "served",
          request,
          attempt,
        });
        if (attempt === request.attempts[0]) this.#noteServed(request, attempt);
      }
    }
  }

  #runUntil(untilMs: number, timeline: Timeline<Step>): void {
    while (timeline.nextMs < untilMs) {
      const atMs = timeline.nextMs;
      const step = timeline.pop();
      if (step === undefined) return;
      const { request, attempt } = step;
      if (step.kind === "limit") this.#limit(request, attempt, atMs);
      else if (request.counts !== null) {
        this.#count.record(attempt.lane, request.model, request.counts, atMs);
        this.#reopen(request, attempt, atMs);
      }
    }
  }

  #noteServed(request: RecordedRequest, { lane }: RecordedAttempt): void {
    for (const { name, usedTokens } of this.#count.reached(lane, request.model, request.atMs)) {
      if (usedTokens !== null && usedTokens > (this.#highest.get(name) ?? 0))
        this.#highest.set(name, usedTokens);
    }
  }

  /** A request that was under way before the refusal proves nothing. */
  #reopen(request: RecordedRequest, { lane, startMs }: RecordedAttempt, atMs: number): void {
    if (this.#spent.size === 0) return;
    for (const { name } of this.#count.constraints(lane, request.model, atMs)) {
      if (startMs > (this.#spent.get(name) ?? startMs)) this.#spent.delete(name);
    }
  }

  #limit(request: RecordedRequest, attempt: RecordedAttempt, atMs: number): void {
    const limit = this.#bound.get(attempt);
    if (limit === undefined) return;
    const name = constraintName(limit.subject, limit.window);
    if (this.#spent.has(name)) return;
    const constraints = this.#count.constraints(attempt.lane, request.model, atMs);
    const used = constraints.find((constraint) => constraint.name === name)?.usedTokens ?? 0;
    push(mapIn(this.#counts, attempt.lane), name, used);
    const configured = capacityOf(limit.subject.rule, limit.window) ?? 0;
    if (used <= 0 || used < configured * FOREIGN_SHARE) {
      this.foreign.add(attempt);
      return;
    }
    for (const window of WINDOWS) this.#spent.set(constraintName(limit.subject, window), atMs);
    push(this.#met, name, used);
  }
}

function push(lists: Map<string, number[]>, name: string, value: number): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [value]);
  else list.push(value);
}

function mapIn(maps: Map<LaneId, Map<string, number[]>>, lane: LaneId): Map<string, number[]> {
  const known = maps.get(lane);
  if (known !== undefined) return known;
  const fresh = new Map<string, number[]>();
  maps.set(lane, fresh);
  return fresh;
}
