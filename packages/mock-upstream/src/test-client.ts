import { type Agent, type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";

export interface Called {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** Code of the error that ended the exchange, before or after the head. */
  readonly error: string | null;
}

export interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
}

/** One exchange with Node's own client. Never rejects: breaks come as `error`, status 0 when before the head. */
export function call(url: string, options: CallOptions = {}): Promise<Called> {
  const { method = "POST", body = "", headers = {}, agent, signal } = options;
  const payload = body instanceof Uint8Array || typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve) => {
    const outgoing = request(url, {
      method,
      headers,
      ...(agent === undefined ? { agent: false } : { agent }),
      ...(signal === undefined ? {} : { signal }),
    });
    const none = { status: 0, headers: {}, body: Buffer.alloc(0), text: "" };
    let answered = false;
    // A broken socket is told to the request too, also when its answer has begun.
    outgoing.on("error", (error) => {
      if (!answered) resolve({ ...none, error: code(error) });
    });
    outgoing.once("response", (incoming) => {
      answered = true;
      const chunks: Buffer[] = [];
      let broken: string | null = null;
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", (error) => {
        broken = code(error);
      });
      incoming.once("close", () => {
        const whole = Buffer.concat(chunks);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: whole,
          text: whole.toString("utf8"),
          error: broken,
        });
      });
    });
    outgoing.end(payload);
  });
}

function code(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

/** All bytes that a server sends back for these bytes until it ends the connection. */
export function rawCall(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.once("close", () => resolve(text));
  });
}

/** Event names of a stream, in order. */
export function eventNames(text: string): string[] {
  return [...text.matchAll(/^event: (.*)$/gm)].map((match) => match[1] ?? "");
}

/** Data of a stream's events, parsed. */
export function eventData(text: string): Record<string, unknown>[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? "null"));
}
