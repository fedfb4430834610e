import type { ProviderTest } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { credentialFor } from "../exchange/prepare.ts";
import { send } from "../exchange/send.ts";
import { CallFailure, type CallFailureKind } from "../exchange/upstream-call.ts";
import type { LaneRuntime } from "../lanes/lane-runtime.ts";

/** Every lane of this protocol lists its models for nothing; one that does not answers 404, which tells as much. */
const FREE_PATH = "/v1/models";
const ANSWER_LIMIT_MS = 5_000;

const WHY: Readonly<Record<CallFailureKind, string>> = {
  connect: "no connection could be made",
  reset: "the connection was cut",
  header_timeout: `no answer within ${ANSWER_LIMIT_MS / 1000} s`,
  idle_timeout: "the answer stopped",
  aborted: "it was ended here",
  protocol: "it does not speak HTTP",
};

/**
 * Asks a lane for its list of models with the gateway's own key for it. No model is called, so no quota is spent, and
 * nothing is learned from the answer: a test must not move traffic.
 */
export async function testLane(runtime: LaneRuntime, deps: Deps): Promise<ProviderTest> {
  const { lane } = runtime;
  const credential = credentialFor([], runtime, runtime.learned.headerMode ?? lane.auth.headerMode);
  const path = `${runtime.basePath}${FREE_PATH}`;
  const headers = ["accept", "application/json", "accept-encoding", "identity"];
  const version = ["anthropic-version", "2023-06-01"];
  const { head, call, failure, startedMonoMs } = await send(
    {
      lane: runtime,
      method: "GET",
      path,
      headers: [...headers, ...version, ...credential.headers],
      body: null,
      decode: true,
    },
    { clock: deps.clock, settings: { ...deps.settings, headerTimeoutMs: ANSWER_LIMIT_MS } },
    () => {},
  );
  const asked = { lane: lane.id, asked: `GET ${lane.origin}${path}`, key_sent: credential.owner === "lane" };
  if (head === null) {
    const error = failure?.proxyFault ?? WHY[failure?.kind ?? "connect"];
    return { ...asked, status: null, latency_ms: null, clock_skew_sec: null, error };
  }
  call.abort(new CallFailure("aborted", null));
  return {
    ...asked,
    status: head.status,
    latency_ms: Math.round(deps.clock.monoMs() - startedMonoMs),
    clock_skew_sec: clockSkewSec(head.get("date"), deps),
  };
}

/** The demo's clock is meant to be off. */
function clockSkewSec(date: string | null, deps: Deps): number | null {
  const toldMs = date === null || deps.demo ? Number.NaN : Date.parse(date);
  return Number.isNaN(toldMs) ? null : Math.round((toldMs - deps.clock.wallMs()) / 1000);
}
