import { setTimeout as sleep } from "node:timers/promises";
import type { UsageEvent } from "../../packages/usage-contract/src/index.ts";
import { type FuzzCase, LANES } from "./fuzz-case.ts";
import { judgeAnswer } from "./judge-answer.ts";
import { judgeGateway, judgeLog } from "./judge-gateway.ts";
import { judgeLanes } from "./judge-lanes.ts";
import type { LaneRequest } from "./lane-server.ts";
import { type LaneServers, openWorld, type World } from "./open-world.ts";
import { type Seen, sendRequest } from "./send-request.ts";

/** A rule that did not hold. */
export interface Violation {
  readonly kind: string;
  readonly text: string;
}

export interface Played {
  readonly requests: readonly { readonly id: string; readonly seen: Seen }[];
  readonly laneRequests: readonly LaneRequest[];
  /** Requests that a lane was too slow for, by the id in their answer: a busy machine makes some. */
  readonly timedOut: ReadonlySet<string>;
}

/** Longer than every limit of the gateway together, on a busy machine too. */
const SETTLE_MS = 15_000;

/** Plays one case against a gateway of its own and judges everything that was to be seen of it. */
export async function playCase(each: FuzzCase, lanes: LaneServers, thorough: boolean): Promise<Violation[]> {
  const faults = collectProcessFaults();
  for (const lane of LANES) lanes[lane].play(each.lanes[lane]);
  const world = await openWorld(each.settings, lanes);
  try {
    const requests = await Promise.all(
      each.requests.map(async (request, at) => {
        const id = `${each.seed}-${at}`;
        return { id, seen: await sendRequest(world.gateway.port, request, id) };
      }),
    );
    const unsettled = await settle(world);
    const played: Played = {
      requests,
      laneRequests: LANES.flatMap((lane) => lanes[lane].requests()),
      timedOut: new Set(world.events.filter(isTimeout).map(({ rid }) => rid)),
    };
    return [
      ...unsettled,
      ...each.requests.flatMap((request, at) => judgeAnswer(request, at, played)),
      ...judgeLanes(each, lanes, played),
      ...judgeLog(world),
      ...(await judgeGateway(world, thorough)),
      ...faults.stop(),
    ];
  } finally {
    faults.stop();
    await world.gateway.close();
  }
}

function isTimeout({ reason, err_type: errType }: UsageEvent): boolean {
  return reason === "stream_timeout" || errType === "timeout" || errType === "idle_timeout";
}

/** Waits until every exchange is over. Looking costs a whole scrape, so it is done less and less often. */
async function settle({ gateway }: World): Promise<Violation[]> {
  const until = performance.now() + SETTLE_MS;
  for (let waitMs = 5; ; waitMs = Math.min(2 * waitMs, 200)) {
    const open = await leftOpen(gateway);
    if (open.length === 0) return [];
    if (performance.now() > until) return open.map((text) => ({ kind: "left_open", text }));
    await sleep(waitMs);
  }
}

async function leftOpen({ deps }: World["gateway"]): Promise<string[]> {
  const { engine, lanes, clock, bodyBudget } = deps;
  const left: string[] = [];
  const { body } = await deps.metrics.render(false);
  const inflight = /^ccp_inflight_requests (\S+)/m.exec(body)?.[1];
  if (inflight !== "0") left.push(`${inflight} requests in flight`);
  for (const model of engine.models()) {
    for (const lane of lanes.keys()) {
      const { reservedTokens } = engine.assess({ lane, model, predicted: 0, nowMs: clock.wallMs() });
      if (reservedTokens !== 0) left.push(`${reservedTokens} tokens reserved for ${model} on ${lane}`);
    }
  }
  if (bodyBudget.heldBytes !== 0) left.push(`${bodyBudget.heldBytes} bytes of bodies held`);
  return left;
}

/** What Node tells of a fault that nobody caught, and of listeners that pile up. */
function collectProcessFaults(): { stop(): Violation[] } {
  const found: Violation[] = [];
  const reject = (reason: unknown): void => {
    found.push({
      kind: "unhandled",
      text: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
    });
  };
  const warn = (warning: Error): void => {
    found.push({ kind: `warning_${warning.name}`, text: warning.message });
  };
  process.on("unhandledRejection", reject);
  process.on("uncaughtException", reject);
  process.on("warning", warn);
  return {
    stop() {
      process.off("unhandledRejection", reject);
      process.off("uncaughtException", reject);
      process.off("warning", warn);
      return found;
    },
  };
}
