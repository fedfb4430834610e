// The upstream of the benchmark, a process of its own. It reads no JSON and answers what it was told to: it must never
// be what limits a subject. The parent sends a MockMode for each scenario; the mock ends with its parent.
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createMessageReader } from "./http-reader.ts";
import {
  answerHead,
  chunk,
  jsonAnswer,
  LAST_CHUNK,
  type MockMode,
  type MockModeSet,
  type MockReady,
  STAMP_DIGITS,
  STAMP_MARK,
  streamDelta,
  streamEnd,
  streamStart,
} from "./mock-answer.ts";

type Answer = (socket: Socket) => void;

const send = (message: MockReady | MockModeSet): void => void process.send?.(message);

function fixedAnswer(bytes: Buffer): Answer {
  return (socket) => socket.write(bytes);
}

function pacedAnswer(deltas: number, intervalMs: number): Answer {
  const first = Buffer.from(answerHead("text/event-stream", null, Date.now()) + chunk(streamStart()));
  const last = Buffer.from(chunk(streamEnd()) + LAST_CHUNK);
  return (socket) => {
    socket.write(first);
    let sent = 0;
    const timer = setInterval(() => {
      if (sent === deltas || socket.destroyed) {
        clearInterval(timer);
        if (!socket.destroyed) socket.write(last);
        return;
      }
      sent += 1;
      const nowUs = process.hrtime.bigint() / 1_000n;
      const stamp = STAMP_MARK + nowUs.toString().padStart(STAMP_DIGITS, "0");
      socket.write(chunk(streamDelta(`${stamp} some words`)), "latin1");
    }, intervalMs);
  };
}

function prepare(mode: MockMode): { answer: Answer; bodyBytes: number | null } {
  switch (mode.kind) {
    case "json": {
      const body = jsonAnswer();
      const bytes = Buffer.from(answerHead("application/json", body.length, Date.now()) + body);
      return { answer: fixedAnswer(bytes), bodyBytes: body.length };
    }
    case "burst": {
      const deltas = Array.from({ length: mode.deltas }, (_, index) => streamDelta(`word number ${index} `));
      const events = [streamStart(), ...deltas, streamEnd()];
      const head = answerHead("text/event-stream", null, Date.now());
      const bytes = Buffer.from(head + events.map(chunk).join("") + LAST_CHUNK);
      return { answer: fixedAnswer(bytes), bodyBytes: events.join("").length };
    }
    case "paced":
      return { answer: pacedAnswer(mode.deltas, mode.intervalMs), bodyBytes: null };
    default:
      mode satisfies never;
      throw new Error("unknown mode");
  }
}

let current = prepare({ kind: "json" });

const server = createServer({ noDelay: true }, (socket) => {
  const reader = createMessageReader({ head() {}, data() {}, end: () => current.answer(socket) });
  socket.on("data", (bytes) => reader.push(bytes));
  socket.on("error", () => socket.destroy());
});

process.on("message", (mode: MockMode) => {
  current = prepare(mode);
  send({ bodyBytes: current.bodyBytes });
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", 4_096, () => send({ port: (server.address() as AddressInfo).port }));
