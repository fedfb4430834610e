import {
  countTokens,
  type LaneId,
  type RerouteDecision,
  type TokenCounts,
  type TokenWeights,
} from "@ccp/usage-contract/core";

export interface LaneFigures {
  requests: number;
  /** Weighed as the model's quota on that lane weighs them. */
  countedTokens: number;
  inputTokens: number;
  outputTokens: number;
  cacheCreationTokens: number;
  cacheReadTokens: number;
}

/** What became of the requests of a log. `kept + rerouted + refused = requests`. */
export interface ModeFigures {
  readonly requests: number;
  /** Answered by the lane that the catalog prefers. */
  readonly kept: number;
  /** Answered by another one. */
  readonly rerouted: number;
  /** Answered by no lane: every lane was spent, or the last one tried failed. */
  readonly refused: number;
  /** The rule that moved each rerouted request; the sum is `rerouted`. */
  readonly reroutes: ReadonlyMap<RerouteDecision, number>;
  /** Attempts that met a limit. */
  readonly overshoots: number;
  /** Milliseconds spent on attempts that did not serve. */
  readonly wastedMs: number;
  readonly lanes: ReadonlyMap<LaneId, Readonly<LaneFigures>>;
}

/** Adds up what becomes of requests. */
export class ModeTally implements ModeFigures {
  kept = 0;
  rerouted = 0;
  refused = 0;
  overshoots = 0;
  wastedMs = 0;
  readonly reroutes: Map<RerouteDecision, number> = new Map();
  readonly lanes: Map<LaneId, LaneFigures> = new Map();

  get requests(): number {
    return this.kept + this.rerouted + this.refused;
  }

  /** @param rule What moved the request; `null` when its preferred lane answered. */
  answered(lane: LaneId, rule: RerouteDecision | null): void {
    this.#lane(lane).requests += 1;
    if (rule === null) {
      this.kept += 1;
      return;
    }
    this.rerouted += 1;
    this.reroutes.set(rule, (this.reroutes.get(rule) ?? 0) + 1);
  }

  spent(lane: LaneId, counts: TokenCounts, weights: TokenWeights): void {
    const figures = this.#lane(lane);
    figures.countedTokens += countTokens(counts, weights);
    figures.inputTokens += counts.inputTokens;
    figures.outputTokens += counts.outputTokens;
    figures.cacheCreationTokens += counts.cacheCreationTokens;
    figures.cacheReadTokens += counts.cacheReadTokens;
  }

  #lane(lane: LaneId): LaneFigures {
    const known = this.lanes.get(lane);
    if (known !== undefined) return known;
    const fresh: LaneFigures = {
      requests: 0,
      countedTokens: 0,
      inputTokens: 0,
      outputTokens: 0,
      cacheCreationTokens: 0,
      cacheReadTokens: 0,
    };
    this.lanes.set(lane, fresh);
    return fresh;
  }
}
