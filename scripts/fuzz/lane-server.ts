import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type BuiltAnswer, buildAnswer } from "./build-answer.ts";
import type { LaneName, UpstreamStep } from "./fuzz-case.ts";
import { type HttpMessage, headerOf, readHttp } from "./read-http.ts";

/** One request as a lane received it, and what it did about it. */
export interface LaneRequest {
  readonly lane: LaneName;
  /** `x-fuzz` of the client's request, kept by its way through an `x-stainless-` header; `null` where there is none. */
  readonly requestId: string | null;
  readonly stepId: string;
  /** Number of the request on its connection, from 1. */
  readonly turn: number;
  /** An answer before it was to end this connection, which it may do at any moment of this one. */
  readonly doomed: boolean;
  readonly answer: BuiltAnswer;
  readonly step: UpstreamStep;
  message: HttpMessage | null;
}

/** An upstream made of bytes: it shares no line with what it tests. */
export interface LaneServer {
  readonly port: number;
  /** Everything received since the last {@link play}. */
  readonly received: () => Buffer;
  readonly requests: () => readonly LaneRequest[];
  /** What was received and is no HTTP request. */
  readonly faults: () => readonly string[];
  /** Takes the answers of the next case. */
  play(steps: readonly UpstreamStep[]): void;
  close(): Promise<void>;
}

export const ID_HEADER = "x-stainless-fuzz";

const SERVE: UpstreamStep = {
  body: { kind: "stream", deltas: 3, bytes: 20 },
  headers: [],
  framing: "chunked",
  encoding: "none",
  cutShare: null,
  ending: "keep",
  writes: 1,
  pauseMs: 0,
  early: false,
};
const RESET_DELAY_MS = 20;

export async function startLaneServer(lane: LaneName): Promise<LaneServer> {
  const state = {
    steps: [] as UpstreamStep[],
    bytes: [] as Buffer[],
    requests: [] as LaneRequest[],
    faults: [] as string[],
  };
  let serial = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    serveConnection(socket, () => {
      serial += 1;
      const stepId = `${lane}-${serial}`;
      const step = state.steps.shift() ?? SERVE;
      return { stepId, step, answer: buildAnswer(step, stepId) };
    });
  });

  function serveConnection(
    socket: Socket,
    next: () => Pick<LaneRequest, "stepId" | "step" | "answer">,
  ): void {
    let rest: Buffer = Buffer.alloc(0);
    let turn = 0;
    let doomed = false;
    let open: LaneRequest | null = null;
    socket.on("data", (chunk: Buffer) => {
      state.bytes.push(chunk);
      rest = Buffer.concat([rest, chunk]);
      try {
        for (;;) {
          const message = readHttp(rest, false);
          if (message === null) return;
          if (open === null) {
            turn += 1;
            open = { lane, requestId: headerOf(message, ID_HEADER), turn, doomed, ...next(), message: null };
            doomed ||= endsConnection(open);
            state.requests.push(open);
            if (open.step.early) void playStep(socket, open);
          }
          if (!message.complete) return;
          open.message = message;
          rest = rest.subarray(message.size);
          if (!open.step.early) void playStep(socket, open);
          open = null;
          if (rest.length === 0) return;
        }
      } catch (error) {
        state.faults.push(`${lane}: ${(error as Error).message}`);
        socket.destroy();
      }
    });
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received: () => Buffer.concat(state.bytes),
    requests: () => state.requests,
    faults: () => state.faults,
    play(steps) {
      Object.assign(state, { steps: [...steps], bytes: [], requests: [], faults: [] });
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function endsConnection({ step, answer }: Pick<LaneRequest, "step" | "answer">): boolean {
  const byFrame = step.framing === "close" && step.ending === "keep" && answer.status !== 204;
  return step.ending === "fin" || step.ending === "rst" || byFrame;
}

async function playStep(socket: Socket, request: LaneRequest): Promise<void> {
  const { step } = request;
  const { wire } = request.answer;
  const size = Math.max(1, Math.ceil(wire.length / step.writes));
  for (let at = 0; at < wire.length; at += size) {
    if (at > 0) await sleep(step.pauseMs);
    if (socket.destroyed) return;
    socket.write(wire.subarray(at, at + size));
  }
  if (step.ending === "rst") {
    // A reset may throw away what the other side has not read yet.
    await sleep(RESET_DELAY_MS);
    if (!socket.destroyed) socket.resetAndDestroy();
  } else if (endsConnection(request)) {
    socket.end();
  }
}
