import { REQUEST_RING_SIZE, type UsageEvent } from "@ccp/usage-contract";
import type { Decided } from "../exchange/plan.ts";

/** One decision of a request, with what it was taken on. */
export interface KeptDecision {
  readonly decided: Decided;
  readonly atMs: number;
  /** The line of the attempt; `null` where no lane was asked. */
  readonly event: UsageEvent | null;
}

export interface KeptRequest {
  readonly rid: string;
  readonly model: string;
  /** Lane the model goes to while nothing speaks against it. */
  readonly preferred: string;
  readonly decisions: KeptDecision[];
  completion: UsageEvent | null;
}

/** The newest requests with the figures behind their decisions, which no log line holds in full. */
export interface RequestRing {
  /** Before an attempt. */
  decided(event: UsageEvent, preferred: string, decided: Decided): void;
  /** At the end. `unasked`: the decision that no lane was asked after, if that is how it ended. */
  ended(event: UsageEvent, preferred: string, unasked: Decided | null): void;
  find(rid: string): KeptRequest | null;
  /** Newest first. */
  list(limit: number): KeptRequest[];
}

export function createRequestRing(capacity: number = REQUEST_RING_SIZE): RequestRing {
  const kept = new Map<string, KeptRequest>();
  const open = ({ rid, model }: UsageEvent, preferred: string): KeptRequest => {
    const found = kept.get(rid);
    if (found !== undefined) return found;
    const request: KeptRequest = { rid, model, preferred, decisions: [], completion: null };
    kept.set(rid, request);
    // A map gives its keys back in the order they came: the first is the oldest.
    for (const oldest of kept.keys()) {
      if (kept.size <= capacity) break;
      kept.delete(oldest);
    }
    return request;
  };
  return {
    decided(event, preferred, decided) {
      open(event, preferred).decisions.push({ decided, atMs: event.ts * 1000, event });
    },
    ended(event, preferred, unasked) {
      const request = open(event, preferred);
      request.completion = event;
      if (unasked !== null) request.decisions.push({ decided: unasked, atMs: event.ts * 1000, event: null });
    },
    find: (rid) => kept.get(rid) ?? null,
    list: (limit) => [...kept.values()].slice(-limit).reverse(),
  };
}
