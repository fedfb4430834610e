import {
  DEFAULT_WEIGHTS,
  findForModel,
  type LaneId,
  type ModelQuota,
  type QuotaConfig,
  type TokenWeights,
} from "@ccp/usage-contract/core";

/** What a token of each class counts for a model on a lane. */
export type WeightsOf = (lane: LaneId, model: string) => TokenWeights;

/** The quota of a model, if it counts on that lane. */
export function ruleOn(config: QuotaConfig, lane: LaneId, model: string): ModelQuota | null {
  const rule = findForModel(config.models, ({ key }) => key, model);
  return rule?.lane === lane ? rule : null;
}

/** Looks each model and lane up once. */
export function createWeightsOf(config: QuotaConfig): WeightsOf {
  const byLane = new Map<LaneId, Map<string, TokenWeights>>();
  return (lane, model) => {
    const known = byLane.get(lane)?.get(model);
    if (known !== undefined) return known;
    const weights = ruleOn(config, lane, model)?.weights ?? DEFAULT_WEIGHTS;
    const models = byLane.get(lane) ?? new Map<string, TokenWeights>();
    byLane.set(lane, models.set(model, weights));
    return weights;
  };
}
