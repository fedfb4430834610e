import { setTimeout as sleep } from "node:timers/promises";

/** What a gateway with nothing to do says of itself. */
export interface Rest {
  readonly inflight: number;
  readonly reservedTokens: number;
  readonly eventsDropped: number;
  readonly partialWrites: number;
}

const SETTLE_MS = 30_000;

/** Asks until nothing is in flight or reserved any more, or the time is up. */
export async function waitForRest(port: number): Promise<Rest> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const rest = await readRest(port);
    if ((rest.inflight === 0 && rest.reservedTokens === 0) || performance.now() > until) return rest;
    await sleep(200);
  }
}

async function readRest(port: number): Promise<Rest> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const usage = (await (await fetch(`http://127.0.0.1:${port}/v1/usage`)).json()) as {
    models: Readonly<Record<string, { reserved_tokens: number }>>;
  };
  const value = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1] ?? Number.NaN);
  return {
    inflight: value("ccp_inflight_requests"),
    reservedTokens: Object.values(usage.models).reduce((sum, model) => sum + model.reserved_tokens, 0),
    eventsDropped: value("ccp_events_dropped_total"),
    partialWrites: value("ccp_partial_writes_total"),
  };
}

export function faultsOfRest({ inflight, reservedTokens, eventsDropped, partialWrites }: Rest): string[] {
  const named: readonly (readonly [number, string])[] = [
    [inflight, "requests in flight at the end"],
    [reservedTokens, "tokens reserved at the end"],
    [eventsDropped, "log lines dropped"],
    [partialWrites, "log lines written in part"],
  ];
  return named.filter(([value]) => value !== 0).map(([value, what]) => `${value} ${what}`);
}
