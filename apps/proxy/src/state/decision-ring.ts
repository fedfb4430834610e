import { DECISION_RING_SIZE, type DecisionSample } from "@ccp/usage-contract";

/** What outside orchestrators said they would send, with what this gateway would do: shown, never enforced. */
export interface DecisionRing {
  add(sample: DecisionSample): void;
  /** Newest first. */
  list(limit: number): DecisionSample[];
}

export function createDecisionRing(capacity: number = DECISION_RING_SIZE): DecisionRing {
  const samples: DecisionSample[] = [];
  return {
    add(sample) {
      samples.unshift(sample);
      if (samples.length > capacity) samples.pop();
    },
    list: (limit) => samples.slice(0, limit),
  };
}
