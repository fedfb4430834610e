import type { Granularity, RollupsQuery, RollupsView, SamplesQuery, SamplesView } from "@ccp/usage-contract";
import { rollUp } from "@ccp/usage-store";
import type { Deps } from "../deps.ts";

/** `GET /v1/usage/samples`. */
export function samplesView(query: SamplesQuery, deps: Deps): SamplesView {
  return { ts: deps.clock.wallMs() / 1000, models: deps.history.samples(query) };
}

/** `GET /v1/usage/rollups`: hours and days are the server's own. */
export function rollupsView({ granularity, ...query }: RollupsQuery, deps: Deps): RollupsView {
  const models = rollUp(deps.history.samples(query), granularity, localStart);
  return { ts: deps.clock.wallMs() / 1000, granularity, models };
}

function localStart(ts: number, granularity: Granularity): number {
  const date = new Date(ts * 1000);
  if (granularity === "hour") date.setMinutes(0, 0, 0);
  else date.setHours(0, 0, 0, 0);
  return date.getTime() / 1000;
}
