import type { Lane } from "@ccp/provider-catalog";
import { parseQuotaEndpoint } from "@ccp/upstream-signals";
import type { Deps } from "../deps.ts";
import { send } from "../exchange/send.ts";
import { CallFailure } from "../exchange/upstream-call.ts";
import type { LaneRuntime } from "./lane-runtime.ts";
import { laneUnusable } from "./lane-runtime.ts";

/** Where a dialect's vendor tells how much of a plan is used, on the lane's own host: the key must go nowhere else. */
const ENDPOINTS: Readonly<Record<string, { path: string; header: "authorization" | "bearer" }>> = {
  zai: { path: "/api/monitor/usage/quota/limit", header: "authorization" },
  kimi: { path: "/coding/v1/usages", header: "bearer" },
};

const MINUTE_MS = 60_000;
/** After failures the endpoint is asked ever less often: it has been seen to refuse for hours. */
const LONGEST_WAIT_MS = 4 * 60 * MINUTE_MS;
const FIRST_WAIT_MS = 5_000;
const JITTER = 0.1;
const MAX_ANSWER_BYTES = 64 * 1024;
const ANSWER_WAIT_MS = 10_000;

/** The wait before the next question: as configured, doubled for each failure in a row, spread by `random` (0..1). */
export function nextPollMs(pollMinutes: number, failures: number, random: number): number {
  const plain = Math.min(
    pollMinutes * MINUTE_MS * 2 ** Math.min(failures, 10),
    Math.max(LONGEST_WAIT_MS, pollMinutes * MINUTE_MS),
  );
  return Math.round(plain * (1 + JITTER * (random * 2 - 1)));
}

/** Whether a lane's vendor has an endpoint that can be asked. */
export function canPoll(lane: Pick<Lane, "dialect" | "quotaPollMinutes">): boolean {
  return lane.quotaPollMinutes !== null && Object.hasOwn(ENDPOINTS, lane.dialect);
}

/** Asks the quota endpoints of the lanes that opted in. No model is ever called for it. */
export function startQuotaPolls(deps: Deps): { stop(): void } {
  const timers = new Map<string, NodeJS.Timeout>();
  for (const [id, runtime] of deps.lanes) {
    const { quotaPollMinutes } = runtime.lane;
    if (quotaPollMinutes === null || laneUnusable(runtime) !== null) continue;
    if (!canPoll(runtime.lane)) {
      deps.notice(
        "warn",
        `lane ${id}: quota_poll_minutes is set, but its vendor has no endpoint that is known`,
      );
      continue;
    }
    let failures = 0;
    const ask = async (): Promise<void> => {
      const problem = await pollQuota(runtime, deps);
      if (problem !== null && failures === 0)
        deps.notice("warn", `lane ${id}: its quota endpoint ${problem}`);
      failures = problem === null ? 0 : failures + 1;
      schedule(nextPollMs(quotaPollMinutes, failures, deps.random()));
    };
    const schedule = (waitMs: number): void => {
      const timer = setTimeout(() => void ask(), waitMs);
      timer.unref();
      timers.set(id, timer);
    };
    schedule(FIRST_WAIT_MS * deps.random());
  }
  return {
    stop: () => {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

/** One question. @returns What went wrong, as a clause; `null` when the windows were taken in. */
export async function pollQuota(runtime: LaneRuntime, deps: Deps): Promise<string | null> {
  const endpoint = ENDPOINTS[runtime.lane.dialect];
  if (endpoint === undefined || runtime.secret === null) return "cannot be asked";
  const credential = endpoint.header === "bearer" ? `Bearer ${runtime.secret}` : runtime.secret;
  const headers = ["accept", "application/json", "accept-language", "en-US,en", "authorization", credential];
  const outbound = { lane: runtime, method: "GET", path: endpoint.path, headers, body: null, decode: true };
  const askedAtMs = deps.clock.wallMs();
  const { head, call, failure } = await send(outbound, deps, () => {});
  if (head === null) return `could not be reached${failure?.proxyFault ? `: ${failure.proxyFault}` : ""}`;
  await call.holdUntil(() => false, ANSWER_WAIT_MS);
  const text = Buffer.concat(call.held).subarray(0, MAX_ANSWER_BYTES).toString("utf8");
  call.abort(new CallFailure("aborted", null));
  if (head.status !== 200) return `answered ${head.status}`;
  const nowMs = deps.clock.wallMs();
  const report = parseQuotaEndpoint(runtime.lane.dialect, text, nowMs);
  if (!report.success) return `answered what is no reading: ${report.reason}`;
  const readings = report.readings.map((reading) => ({ ...reading, observedAtMs: askedAtMs }));
  deps.engine.observeWindows(runtime.lane.id, null, readings, nowMs);
  return null;
}
