import { type Agent, type ClientRequest, type IncomingMessage, request as openRequest } from "node:http";
import { createStreamCheck, type StreamFinding } from "./check-stream.ts";
import { encodeRequest, isStream, type Plan } from "./plan.ts";

/** What one client saw. */
export interface Seen {
  /** `null` where no head came. */
  readonly head: { readonly status: number; readonly header: (name: string) => string | null } | null;
  readonly stream: StreamFinding | null;
  /** The body where it is no stream. */
  readonly body: string;
  /** Why the connection broke; `null` where the answer was ended in order. */
  readonly broken: string | null;
  readonly left: boolean;
}

const SLOW_PAUSE_MS = 300;
/** For one who leaves before anything has come. */
const EARLY_MS = 5;

/** Sends one request and takes its answer in as its plan says. Never rejects. */
export function sendRequest(agent: Agent, port: number, plan: Plan): Promise<Seen> {
  const body = encodeRequest(plan);
  const options = {
    agent,
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/v1/messages",
    headers: {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      authorization: "Bearer soak-not-a-key",
    },
  };
  return new Promise((resolve) => {
    let early: NodeJS.Timeout | undefined;
    const outgoing = openRequest(options, (answer) => {
      clearTimeout(early);
      resolve(takeAnswer(outgoing, answer, plan));
    });
    const end = (broken: string | null, left: boolean): void => {
      clearTimeout(early);
      resolve({ head: null, stream: null, body: "", broken, left });
    };
    outgoing.once("error", (error) => end(codeOf(error), plan.kind === "leave_early"));
    outgoing.end(body);
    if (plan.kind === "leave_early") early = setTimeout(() => outgoing.destroy(), EARLY_MS);
  });
}

function takeAnswer(outgoing: ClientRequest, answer: IncomingMessage, plan: Plan): Promise<Seen> {
  const status = answer.statusCode ?? 0;
  const check = status === 200 && isStream(plan) ? createStreamCheck(plan.id) : null;
  const leaves = plan.kind === "leave" || plan.kind === "leave_early";
  let body = "";
  let broken: string | null = null;
  let left = false;
  answer.setEncoding("utf8");
  answer.on("data", (piece: string) => {
    if (check === null) body += piece;
    else check.push(piece);
    if (leaves && check !== null && check.end().pieces >= plan.stopAfter) {
      left = true;
      outgoing.destroy();
    } else if (plan.kind === "slow_client") {
      answer.pause();
      setTimeout(() => answer.resume(), SLOW_PAUSE_MS);
    }
  });
  answer.on("error", (error) => {
    broken = codeOf(error);
  });
  return new Promise((resolve) => {
    answer.once("close", () => {
      const header = (name: string): string | null => answer.headers[name]?.toString() ?? null;
      if (!answer.complete) broken ??= "closed";
      resolve({ head: { status, header }, stream: check?.end() ?? null, body, broken, left });
    });
  });
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
