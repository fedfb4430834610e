import type { EndReason } from "@ccp/usage-contract";
import type { CallFailure } from "./upstream-call.ts";

/** The log's word for a body that did not end in order. */
export function endReason(failure: CallFailure): EndReason {
  switch (failure.kind) {
    case "aborted":
      return "client_closed";
    case "idle_timeout":
      return "stream_timeout";
    default:
      return "truncated";
  }
}
