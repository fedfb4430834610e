import { cooldownSteps } from "@ccp/router-policy";
import type { LimitSignal } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import type { Judged } from "./judge.ts";
import { accountOn } from "./plan.ts";
import type { Attempt, Run } from "./run.ts";

const HOUR_MS = 3_600_000;

/** Remembers what an answer means for the lane's next requests. */
export function applySignal(
  run: Run,
  attempt: Attempt,
  signal: LimitSignal,
  hop: Judged["hop"],
  nowMs: number,
  deps: Deps,
): void {
  const lane = accountOn(run.plan, attempt.decision.lane);
  const model = run.plan.question.model;
  switch (signal.kind) {
    case "ok":
      // That it was let in lifts a limit; whether the lane works is told by the end of the answer.
      deps.book.clearOnSuccess(lane, model, attempt.startedWallMs, nowMs);
      return;
    case "quota":
      deps.engine.observeLimit({ lane, model, signal, nowMs, startedAtMs: attempt.startedWallMs });
      markQuota(lane, model, signal, nowMs, deps);
      break;
    case "throttle":
    case "overload":
      deps.book.pause(lane, signal.kind, waitUntil(signal, nowMs), nowMs);
      break;
    case "server_error":
      deps.book.recordFailure(lane, nowMs, deps.random() * 2 - 1);
      break;
    case "dead_lane":
      if (signal.scope === "account") deps.book.setAuthError(lane, needsOperator(signal), nowMs);
      else markFor(lane, model, nowMs + HOUR_MS, HOUR_MS, nowMs, deps);
      break;
    case "auth":
      if (hop !== null)
        deps.book.setAuthError(lane, `the upstream refused its key (${signal.code ?? "401"})`, nowMs);
      // A client's own login is the client's to mend; one that sent none says nothing of the lane.
      else if (run.plan.question.account?.credential != null) deps.book.recordRefusal(lane, nowMs);
      break;
    case "entitlement":
    case "request":
      break;
    default:
      signal.kind satisfies never;
  }
  deps.book.endProbe(run.accepted.rid, signal.kind === "request" || signal.kind === "entitlement", nowMs);
}

function markQuota(lane: string, model: string, signal: LimitSignal, nowMs: number, deps: Deps): void {
  const bound = signal.scope === "account" ? null : model;
  markFor(lane, bound, waitUntil(signal, nowMs), windowLengthMs(signal.window), nowMs, deps);
}

function markFor(
  lane: string,
  model: string | null,
  untilMs: number | null,
  windowMs: number | null,
  nowMs: number,
  deps: Deps,
): void {
  deps.book.markLimit({
    lane,
    model,
    untilMs,
    windowMs,
    cooldownMs: deps.settings.cooldownSec * 1000,
    cooldownSteps: cooldownSteps(deps.settings.rerouteMode),
    nowMs,
  });
  deps.saveSoon();
}

function waitUntil(signal: LimitSignal, nowMs: number): number | null {
  if (signal.resetAtMs !== null) return signal.resetAtMs;
  return signal.retryAfterMs === null ? null : nowMs + signal.retryAfterMs;
}

/** `5h` → 5 hours, `7d` and `7d_oi` → 7 days; `null` where the name gives no length. */
export function windowLengthMs(name: string | null): number | null {
  if (name === "day") return 24 * HOUR_MS;
  if (name === "month") return 31 * 24 * HOUR_MS;
  const [, count, unit] = /^(\d+)(h|d)(?:_|$)/.exec(name ?? "") ?? [];
  if (count === undefined) return null;
  return Number(count) * (unit === "h" ? HOUR_MS : 24 * HOUR_MS);
}

/** In our own words: an upstream's may repeat the key, and this is shown to whoever asks. */
function needsOperator(signal: LimitSignal): string {
  return `its plan or balance does not serve requests (${signal.code ?? "no code"}); see the vendor's console`;
}
