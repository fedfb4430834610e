import { setTimeout as sleep } from "node:timers/promises";
import type { DemoRequest } from "./agent-request.ts";
import { mainAgent, orchestrator, type Role, type Session, sideRequests, subagent } from "./roles.ts";
import { seededRandom } from "./seeded-random.ts";

export interface Traffic {
  /** Cuts off what is open and sends nothing more. Resolves when the last role has ended. */
  stop(): Promise<void>;
}

export interface TrafficOptions {
  /** Of a demo's gateway: what is sent here counts, and on a real lane would cost. */
  readonly url: string;
  /** What the gateway asks of its clients (CCP_CLIENT_TOKEN); `null` where it asks nothing. */
  readonly clientToken?: string | null;
  /** Real ms. Rejects when the signal is aborted. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const ROLES: readonly Role[] = [mainAgent, sideRequests, subagent, orchestrator];
/** After a refusal, as a client that is told to come back later. */
const REFUSED_REST_MS = 5_000;

/** A made-up agent at work on a gateway, like any client over HTTP: one request at a time per role. */
export function startTraffic({ url, clientToken = null, wait = pause }: TrafficOptions): Traffic {
  const stopped = new AbortController();
  const session: Session = { id: "" };
  const token: Record<string, string> = clientToken === null ? {} : { "x-ccp-token": clientToken };
  const run = async (role: Role, seed: number): Promise<void> => {
    for (const { request, restMs } of role(seededRandom(seed), session)) {
      const isServed = await send(
        url,
        { ...request, headers: { ...request.headers, ...token } },
        stopped.signal,
      );
      await wait(isServed ? restMs : Math.max(restMs, REFUSED_REST_MS), stopped.signal);
    }
  };
  const roles = Promise.allSettled(ROLES.map(run));
  return {
    async stop() {
      stopped.abort();
      await roles;
    },
  };
}

/** @returns Whether it was served. A connection that fails is a refusal, too: the gateway may be ending. */
async function send(
  url: string,
  { path, headers, body }: DemoRequest,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body), signal });
    await answer.text();
    return answer.ok;
  } catch {
    return false;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal });
}
