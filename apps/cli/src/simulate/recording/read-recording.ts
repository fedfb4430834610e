import type { UsageEvent } from "@ccp/usage-contract";
import { ANTHROPIC_LANE, type LaneId, modelKey, type RerouteMode } from "@ccp/usage-contract/core";
import { decodeLine } from "@ccp/usage-store";
import { ModeTally } from "../replay/mode-tally.ts";
import type { WeightsOf } from "../replay/weights-of.ts";
import { assembleRequest, type Started, toStarted } from "./assemble-request.ts";
import { EarlierUsageBook } from "./earlier-usage.ts";
import type { RecordedRequest, Recording } from "./recording.ts";

/** Two lines that show the same mark differ by rounding only. */
const SAME_MARK_MS = 1500;

export interface ReadingOptions {
  /** Where the catalog sends a model before any rule speaks. */
  readonly preferred: (model: string) => LaneId;
  readonly weightsOf: WeightsOf;
}

/** Takes the lines of a log in the order they were written, and gives back its requests in the order they arrived. */
export class RecordingReader {
  readonly #options: ReadingOptions;
  readonly #open: Map<string, Started[]> = new Map();
  readonly #done: Set<string> = new Set();
  readonly #requests: RecordedRequest[] = [];
  readonly #tally: ModeTally = new ModeTally();
  readonly #modes: Set<RerouteMode> = new Set();
  readonly #earlier: EarlierUsageBook = new EarlierUsageBook();
  readonly #limits: Map<LaneId, { readonly model: string; readonly untilMs: number }> = new Map();
  readonly #accountLanes: Set<LaneId> = new Set();
  #misrouted = 0;
  #events = 0;
  #skipped = 0;
  #duplicates = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  add(line: string): void {
    const decoded = decodeLine(line);
    if (decoded.kind === "skip") {
      if (decoded.reason !== "blank") this.#skipped += 1;
    } else if (
      !(decoded.event.event === "decision" ? this.#decided(decoded.event) : this.#ended(decoded.event))
    ) {
      this.#duplicates += 1;
    } else {
      this.#took(decoded.event);
    }
  }

  finish(): Recording {
    return {
      requests: this.#requests.sort((a, b) => a.atMs - b.atMs),
      figures: this.#tally,
      modes: [...this.#modes],
      earlier: this.#earlier.all(),
      accountLanes: this.#accountLanes,
      misrouted: this.#misrouted,
      lines: {
        events: this.#events,
        skipped: this.#skipped,
        duplicates: this.#duplicates,
        unfinished: this.#open.size,
      },
      fromMs: this.#events === 0 ? null : this.#fromMs,
      toMs: this.#events === 0 ? null : this.#toMs,
    };
  }

  #took(event: UsageEvent): void {
    const atMs = event.ts * 1000;
    this.#events += 1;
    this.#fromMs = Math.min(this.#fromMs, atMs);
    this.#toMs = Math.max(this.#toMs, atMs);
    this.#modes.add(event.reroute_mode);
  }

  /** @returns Whether the line is new. */
  #decided(event: UsageEvent): boolean {
    if (this.#done.has(event.rid)) return false;
    const started = this.#open.get(event.rid) ?? [];
    if (started.some(({ attempt }) => attempt === event.attempt)) return false;
    const next = toStarted(event);
    started.push(next);
    this.#open.set(event.rid, started);
    const preferred = this.#preferred(event.model, started[0] ?? next);
    if (event.attempt === 1) {
      this.#earlier.decided(preferred, event);
      if (preferred !== next.lane && MOVED_BY_NO_RULE.has(event.reroute_decision)) this.#misrouted += 1;
    }
    this.#watchMark(preferred, event.model, next);
    return true;
  }

  #ended(event: UsageEvent): boolean {
    if (this.#done.has(event.rid)) return false;
    this.#done.add(event.rid);
    const started = this.#open.get(event.rid) ?? [];
    this.#open.delete(event.rid);
    const preferred = this.#preferred(event.model, started[0] ?? toStarted(event));
    const request = assembleRequest(started, event, preferred);
    this.#requests.push(request);
    this.#earlier.ended(event);
    this.#count(request, event, preferred);
    return true;
  }

  /** A hint's model is not in the log; the lane it led to is. */
  #preferred(model: string, { pin, lane }: Pick<Started, "pin" | "lane">): LaneId {
    if (pin === "kill_switch") return ANTHROPIC_LANE;
    return pin === "manual" && lane !== "none" ? lane : this.#options.preferred(model);
  }

  /** The same mark on another model of the lane: it binds the account. */
  #watchMark(preferred: LaneId, model: string, { markedUntilMs, rule }: Started): void {
    if (markedUntilMs === null) return;
    const key = modelKey(model);
    const limit = this.#limits.get(preferred);
    const isSame = limit !== undefined && Math.abs(limit.untilMs - markedUntilMs) < SAME_MARK_MS;
    const ownLimit = rule === "quota_overshoot";
    if (isSame && limit.model !== key && !ownLimit) this.#accountLanes.add(preferred);
    if (!isSame && ownLimit) this.#limits.set(preferred, { model: key, untilMs: markedUntilMs });
  }

  #count(request: RecordedRequest, event: UsageEvent, preferred: LaneId): void {
    const { attempts, counts, model } = request;
    const last = attempts.at(-1);
    for (const { end } of attempts) if (end === "limit" || end === "throttle") this.#tally.overshoots += 1;
    for (const { lostMs } of attempts) this.#tally.wastedMs += lostMs;
    if (last === undefined || (last.end !== "served" && last.end !== "ended")) {
      this.#tally.refused += 1;
      return;
    }
    this.#tally.answered(last.lane, last.lane === preferred ? null : event.reroute_decision);
    if (counts !== null) this.#tally.spent(last.lane, counts, this.#options.weightsOf(last.lane, model));
  }
}

const MOVED_BY_NO_RULE: ReadonlySet<string> = new Set([
  "quota_pass",
  "quota_warn_attempt",
  "quota_run_to_limit",
  "quota_probe",
]);
