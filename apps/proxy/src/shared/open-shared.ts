import type { QuotaEngine } from "@ccp/quota-engine";
import type { LaneBook } from "@ccp/router-policy";
import { openRedisStore } from "@ccp/shared-quota/node";
import type { Clock, Notice } from "../deps.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { openGatewayId } from "./gateway-id.ts";
import type { SharedParts } from "./shared-count.ts";
import { createSharedParts } from "./shared-parts.ts";
import type { SharedSettings } from "./shared-settings.ts";
import type { Pair } from "./watched.ts";

/** What the shared count stands between. */
export interface SharedBase {
  readonly engine: QuotaEngine;
  readonly book: LaneBook;
  readonly clock: Clock;
  readonly notice: Notice;
  readonly metrics: Metrics;
  readonly random: () => number;
  /** Models that quotas name, with their lanes. */
  readonly named: () => readonly Pair[];
}

/** Makes the shared count of a gateway. The client library is loaded with this file: only who shares needs it. */
export type OpenShared = (base: SharedBase) => SharedParts;

export function sharedOverRedis(settings: SharedSettings, stateDir: string | null): OpenShared {
  return ({ metrics, ...base }) => {
    const id = openGatewayId(stateDir);
    return createSharedParts({
      ...base,
      plan: settings.plan,
      capMs: settings.capMs,
      connect: (onGone) =>
        openRedisStore({ url: settings.url, plan: settings.plan, identity: id.identity, onGone }),
      renewId: id.renew,
      onDecision: (outcome, waitedMs) => metrics.sharedDecision(outcome, waitedMs),
    });
  };
}
