import { type FuzzCase, LANES, type LaneName, SECRETS } from "./fuzz-case.ts";
import type { LaneRequest } from "./lane-server.ts";
import type { LaneServers } from "./open-world.ts";
import type { Played, Violation } from "./play-case.ts";
import { headerOf } from "./read-http.ts";
import { requestBodies } from "./send-request.ts";

/** What no lane but the one named may receive. The prompt is for all of them. */
const FORBIDDEN: Readonly<Record<LaneName, readonly (keyof typeof SECRETS)[]>> = {
  anthropic: ["zai", "kimi", "cookie", "token"],
  zai: ["clientBearer", "clientKey", "kimi", "cookie", "token"],
  kimi: ["clientBearer", "clientKey", "zai", "cookie", "token"],
};

/** Judges what the lanes received: no foreign secret, the client's own body, and each request at most once. */
export function judgeLanes(each: FuzzCase, lanes: LaneServers, { laneRequests }: Played): Violation[] {
  const found: Violation[] = [];
  for (const lane of LANES) {
    const bytes = lanes[lane].received();
    for (const name of FORBIDDEN[lane]) {
      if (bytes.includes(SECRETS[name])) found.push({ kind: "secret", text: `${name} reached ${lane}` });
    }
    for (const text of lanes[lane].faults()) found.push({ kind: "bad_request", text });
  }
  each.requests.forEach((_, at) => {
    const id = `${each.seed}-${at}`;
    for (const lane of LANES) {
      const asked = laneRequests.filter((one) => one.requestId === id && one.lane === lane);
      if (asked.length > mostAttempts(asked)) {
        found.push({ kind: "asked_again", text: `request ${at} was sent to ${lane} ${asked.length} times` });
      }
    }
  });
  return [...found, ...laneRequests.flatMap((one) => judgeBody(each, one))];
}

/** One, one more for a kept connection that was closed without an answer, and one for the other header of a key. */
function mostAttempts(asked: readonly LaneRequest[]): number {
  const wasKept = asked.some(({ turn, answer, doomed }) => doomed || (turn > 1 && !answer.headSent));
  const wasRefused = asked.some(({ answer }) => answer.status === 401 || answer.status === 403);
  return 1 + (wasKept ? 1 : 0) + (wasRefused ? 1 : 0);
}

/** The lane with the client's own model gets the client's own bytes; the others get a request that is one. */
function judgeBody(each: FuzzCase, { lane, requestId, message }: LaneRequest): Violation[] {
  const request = each.requests[Number(requestId?.split("-")[1])];
  if (request === undefined) return [{ kind: "unknown_request", text: `${lane} was sent ${requestId}` }];
  if (message === null || request.path === "/v1/models") return [];
  const { sent, plain } = requestBodies(request);
  const encoded = headerOf(message, "content-encoding") !== null;
  if (lane === "anthropic") {
    return message.body.equals(encoded ? sent : plain) || message.body.equals(sent)
      ? []
      : [{ kind: "body", text: "anthropic did not get the client's own bytes" }];
  }
  if (encoded)
    return message.body.equals(sent) ? [] : [{ kind: "body", text: `${lane} got other encoded bytes` }];
  try {
    const body = JSON.parse(message.body.toString("utf8")) as { messages?: unknown };
    return Array.isArray(body.messages)
      ? []
      : [{ kind: "body", text: `${lane} got a body without messages` }];
  } catch {
    return [{ kind: "body", text: `${lane} got a body that is not JSON` }];
  }
}
