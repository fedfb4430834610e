import type { LaneId, ModelQuota, PoolQuota } from "@ccp/usage-contract";
import type { Predictor } from "../predict/predictor.ts";
import type { SpeedBook } from "../speeds/speed-book.ts";
import type { Tally } from "./tally.ts";

/** One model on one lane. */
export interface Meter {
  readonly lane: LaneId;
  readonly tally: Tally;
  readonly predictor: Predictor;
}

/** A cap that models share. */
export interface Pool {
  readonly quota: PoolQuota;
  /** Names of its constraints, built once: they are on the request path. */
  readonly names: { readonly rolling: string; readonly weekly: string };
  readonly tally: Tally;
}

export function createPool(quota: PoolQuota, tally: Tally): Pool {
  const names = { rolling: `pool:${quota.name}:rolling`, weekly: `pool:${quota.name}:weekly` };
  return { quota, names, tally };
}

/** One model, however its name is spelt. */
export interface ModelEntry {
  readonly key: string;
  /** As the quota spells it, else the key. */
  name: string;
  /** The model without its version: what a model-scoped window of a lane binds. */
  readonly family: string;
  quota: ModelQuota | null;
  pools: Pool[];
  /** Whether it counts among the models; a name that was only asked about does not. */
  known: boolean;
  readonly meters: Meter[];
  speeds: SpeedBook | null;
  lastLane: LaneId | null;
}

/**
 * The model's family: its key without the parts that begin with a digit.
 *
 * @example
 * familyOf("claude-3.5-sonnet"); // => "claude-sonnet"
 * familyOf("glm-4.7"); // => "glm"
 */
export function familyOf(key: string): string {
  const words = key.split("-").filter((word) => !/^\d/.test(word));
  return words.length > 0 ? words.join("-") : key;
}
