import type { UsageSample } from "@ccp/usage-contract";
import { streamTimes } from "@ccp/usage-store";
import { addLatency, type LatencySketch } from "./latency-sketch.ts";
import { CellRing, cellOf } from "./ring.ts";

/** What one lane served in five minutes. */
export interface TrafficCell {
  requests: number;
  inputTokens: number;
  outputTokens: number;
  cacheCreationTokens: number;
  cacheReadTokens: number;
  /** All tokens, by class of traffic. */
  readonly classes: Map<string, number>;
  readonly ttft: LatencySketch;
  readonly latency: LatencySketch;
  /** When this lane refused for a limit, epoch seconds. */
  readonly limits: number[];
}

/** Limits kept of one cell: a herd of refusals is one dot on any chart. */
const MAX_LIMITS = 20;

/** Traffic by lane and five minutes. */
export class TrafficBook {
  readonly #lanes = new Map<string, CellRing<TrafficCell>>();
  readonly #preferredLane: (model: string) => string;

  constructor(preferredLane: (model: string) => string) {
    this.#preferredLane = preferredLane;
  }

  /** Takes in one finished exchange. */
  add(model: string, sample: UsageSample): void {
    const limited = limitedLane(sample, this.#preferredLane(model));
    if (limited !== null) {
      const { limits } = this.#cell(limited, sample.ts);
      if (limits.length < MAX_LIMITS) limits.push(sample.ts);
    }
    if (sample.lane === "none") return;
    const cell = this.#cell(sample.lane, sample.ts);
    cell.requests += 1;
    cell.inputTokens += sample.input_tokens ?? 0;
    cell.outputTokens += sample.output_tokens ?? 0;
    cell.cacheCreationTokens += sample.cache_creation_tokens ?? 0;
    cell.cacheReadTokens += sample.cache_read_tokens ?? 0;
    addClass(cell, sample);
    // A refusal is quick: it would make a spent lane look fast.
    if (sample.status >= 400) return;
    const { ttftMs } = streamTimes(sample);
    if (ttftMs !== null) addLatency(cell.ttft, ttftMs);
    if (sample.latency_ms !== null) addLatency(cell.latency, sample.latency_ms);
  }

  lanes(): IterableIterator<string> {
    return this.#lanes.keys();
  }

  cell(lane: string, cell: number): TrafficCell | undefined {
    return this.#lanes.get(lane)?.get(cell);
  }

  #cell(lane: string, ts: number): TrafficCell {
    const ring = this.#lanes.get(lane) ?? new CellRing<TrafficCell>();
    this.#lanes.set(lane, ring);
    const at = cellOf(ts);
    const cell = ring.get(at) ?? emptyCell();
    ring.set(at, cell);
    return cell;
  }
}

/** Which lane refused for a limit on the way to this answer, if one did. */
function limitedLane(sample: UsageSample, preferred: string): string | null {
  if (sample.status === 429 && sample.lane !== "none") return sample.lane;
  // The exchange changed lanes after a limit; the lane it came from is the one it would have stayed on.
  return sample.reroute_decision === "quota_overshoot" && sample.lane !== preferred ? preferred : null;
}

function addClass(cell: TrafficCell, sample: UsageSample): void {
  const { input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens } = sample;
  const tokens =
    (input_tokens ?? 0) + (output_tokens ?? 0) + (cache_creation_tokens ?? 0) + (cache_read_tokens ?? 0);
  const name = sample.traffic_class ?? "main";
  cell.classes.set(name, (cell.classes.get(name) ?? 0) + tokens);
}

function emptyCell(): TrafficCell {
  return {
    requests: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheCreationTokens: 0,
    cacheReadTokens: 0,
    classes: new Map(),
    ttft: new Map(),
    latency: new Map(),
    limits: [],
  };
}
