import type { IncomingMessage } from "node:http";
import { HttpFailure } from "../../client/http-call.ts";

export interface TextStreamCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Longest silence, before the answer begins and between its pieces. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
  /** Called with each piece as it comes. */
  readonly onText: (text: string) => void;
  /** The answer has begun, and it is the stream that was asked for. */
  readonly onOpen: () => void;
}

/** Resolves when the answer ends or the signal fires; rejects with {@link HttpFailure} when it breaks. */
export type TextStreamer = (call: TextStreamCall) => Promise<void>;

/** One answer over `node:http` that does not end by itself. */
export const streamText: TextStreamer = async (call) => {
  // As in `nodeRequest`: an import would load all of Node's fetch.
  const { request } = process.getBuiltinModule(call.url.startsWith("https:") ? "node:https" : "node:http");
  if (call.signal.aborted) return;
  await new Promise<void>((resolve, reject) => {
    const sent = request(call.url, { headers: call.headers, agent: false });
    const onAbort = (): void => end(null);
    function end(failure: HttpFailure | null): void {
      call.signal.removeEventListener("abort", onAbort);
      if (failure === null) resolve();
      else reject(failure);
      sent.destroy();
    }
    call.signal.addEventListener("abort", onAbort, { once: true });
    sent.setTimeout(call.idleMs, () => end(new HttpFailure("timeout", `silent for ${call.idleMs} ms`)));
    sent.on("error", (error) => end(new HttpFailure("network", error.message)));
    sent.on("response", (response) => readText(response, call, end));
    sent.end();
  });
};

function readText(
  response: IncomingMessage,
  call: TextStreamCall,
  end: (failure: HttpFailure | null) => void,
): void {
  if (response.statusCode !== 200) {
    end(new HttpFailure("network", `status ${response.statusCode}`));
    return;
  }
  call.onOpen();
  response.setEncoding("utf8");
  response.on("data", (text: string) => {
    try {
      call.onText(text);
    } catch (error) {
      end(new HttpFailure("too_large", error instanceof Error ? error.message : String(error)));
    }
  });
  response.on("error", (error) => end(new HttpFailure("network", error.message)));
  response.on("end", () => end(null));
}
