import type { LaneId } from "@ccp/usage-contract";
import type { OwnError } from "../http/answer.ts";
import { CLI_NAME } from "../process/cli-name.ts";
import type { AnswerHead, CallFailure } from "./upstream-call.ts";

/** A lane that can take nothing before a time, for the sentence that a person reads. */
export interface SpentLane {
  readonly lane: LaneId;
  readonly window: string | null;
  readonly untilMs: number | null;
}

/** With no reset known, this is what a client is told to wait. */
const UNKNOWN_WAIT_MS = 60_000;

/**
 * Every lane is spent. `x-should-retry: false` stops clients that would ask again in vain; the unified headers let
 * Claude Code show the reset instead of "temporarily limiting".
 */
export function allLanesSpent(
  lanes: readonly SpentLane[],
  retryAtMs: number | null,
  nowMs: number,
): OwnError {
  const untilMs = retryAtMs ?? nowMs + UNKNOWN_WAIT_MS;
  const seconds = Math.max(1, Math.ceil((untilMs - nowMs) / 1000));
  const each = lanes.map((lane) => describeLane(lane, nowMs)).join("; ");
  return {
    status: 429,
    type: "rate_limit_error",
    message: `every lane is at its limit: ${each}. Next reset in ${formatWait(seconds)}.`,
    headers: {
      "retry-after": String(seconds),
      "x-should-retry": "false",
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": String(Math.ceil(untilMs / 1000)),
    },
  };
}

function describeLane({ lane, window, untilMs }: SpentLane, nowMs: number): string {
  const name = window === null ? lane : `${lane} ${window} window`;
  if (untilMs === null) return `${name}, reset unknown`;
  const clock = `${new Date(untilMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return `${name} resets ${clock} (in ${formatWait(Math.max(0, Math.ceil((untilMs - nowMs) / 1000)))})`;
}

function formatWait(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h${String(minutes % 60).padStart(2, "0")}m`;
  return `${Math.floor(hours / 24)}d${hours % 24}h`;
}

/** A lane that gave no answer, with nowhere else to go. Addresses stay in the log: the client needs none. */
export function noAnswer(lane: LaneId, failure: CallFailure): OwnError {
  switch (failure.kind) {
    case "header_timeout":
      return { status: 504, type: "timeout_error", message: `lane ${lane} did not answer in time` };
    case "connect":
      return {
        status: 502,
        type: "api_error",
        message: `lane ${lane} could not be reached${failure.proxyFault === null ? "" : `: ${failure.proxyFault}`}`,
      };
    case "protocol":
      return { status: 502, type: "api_error", message: `lane ${lane} sent an answer that is not HTTP` };
    case "reset":
    case "idle_timeout":
    case "aborted":
      return {
        status: 502,
        type: "api_error",
        message: `lane ${lane} closed the connection without an answer`,
      };
    default:
      failure.kind satisfies never;
      throw new Error("unreachable");
  }
}

/** What an own error takes over from a lane, in the only forms that mean anything. */
const KEPT_OF_REFUSAL: Readonly<Record<string, RegExp>> = {
  "retry-after": /^(?:\d{1,12}|[A-Z][a-z]{2}, [\w :]{1,30} GMT)$/,
  "x-should-retry": /^(?:true|false)$/,
};

/** A head with nothing readable behind it: a refusal keeps its status and its wait, anything else was no answer. */
export function emptyAnswer(lane: LaneId, head: Pick<AnswerHead, "status" | "get">): OwnError {
  const isRefusal = head.status >= 400;
  const kept = Object.entries(KEPT_OF_REFUSAL).flatMap(([name, form]) => {
    const value = head.get(name);
    return value !== null && form.test(value) ? [[name, value] as const] : [];
  });
  return {
    status: isRefusal ? head.status : 502,
    type: "api_error",
    message: `lane ${lane} answered ${head.status} with nothing readable in it`,
    headers: Object.fromEntries(kept),
  };
}

export function upstreamRedirect(lane: LaneId): OwnError {
  return {
    status: 502,
    type: "api_error",
    message: `upstream_redirect: lane ${lane} answered with a redirect, which is never followed; check its base_url`,
  };
}

export function noUsableLane(reasons: readonly string[]): OwnError {
  return {
    status: 503,
    type: "api_error",
    message: `no lane can take this model: ${reasons.join("; ")}. See \`${CLI_NAME} providers\`.`,
    headers: { "x-should-retry": "false" },
  };
}

export const AMBIGUOUS_MODEL: OwnError = {
  status: 400,
  type: "invalid_request_error",
  message: 'duplicate_key: the body has more than one top-level "model"',
};

/** A lane that shall not know the user, and a body in which the user cannot be looked for. */
export function unreadableUser(lane: LaneId, issue: string): OwnError {
  return {
    status: 400,
    type: "invalid_request_error",
    message: `${issue}: the body cannot be read, so the user's id cannot be taken out of it for lane ${lane} (needs.redact_user_id)`,
  };
}

/** The status that the log shows for a client that left. */
export const CLIENT_CLOSED_STATUS = 499;
