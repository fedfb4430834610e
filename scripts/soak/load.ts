import { Agent, request } from "node:http";

/** Clients that stream one request after the other, and a listener that notes what it is told of. */
export interface Load {
  /** Requests under way. */
  open(): number;
  /** Requests that came to an end, and those among them that failed. */
  counts(): { readonly finished: number; readonly failed: number };
  /** Waits for the requests under way, starts no more. */
  finish(): Promise<void>;
  /** After the gateway is gone: every log line that the listener had been told of. */
  end(): Promise<readonly string[]>;
  /** Ids of the requests whose client had all of the answer. */
  readonly answered: readonly string[];
}

const MODELS = ["claude-haiku-4.5", "claude-haiku-4.5", "claude-opus-5-5"];

export async function startLoad(url: string, streams: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: streams + 8 });
  const told: string[] = [];
  const answered: string[] = [];
  const listener = await listen(url, told);
  let open = 0;
  let stopped = false;
  let finished = 0;
  let failed = 0;
  const client = async (number: number): Promise<void> => {
    for (let turn = 0; !stopped; turn += 1) {
      open += 1;
      const isWell = await ask(url, agent, number, turn, answered);
      open -= 1;
      finished += 1;
      if (isWell) continue;
      failed += 1;
      // Gone, or refused: the next try waits a little.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const clients = Array.from({ length: streams }, (_, number) => client(number));
  const close = async (): Promise<void> => {
    stopped = true;
    await Promise.all(clients);
    listener.close();
    await listener.closed;
    agent.destroy();
  };
  return {
    answered,
    open: () => open,
    counts: () => ({ finished, failed }),
    finish: close,
    async end() {
      await close();
      return told;
    },
  };
}

/** One exchange, of which every fourth is not streamed. @returns Whether it was served to its end. */
function ask(url: string, agent: Agent, number: number, turn: number, answered: string[]): Promise<boolean> {
  const isStream = (number + turn) % 4 > 0;
  const body = JSON.stringify({
    model: MODELS[(number + turn) % MODELS.length],
    messages: [{ role: "user", content: `turn ${turn} of client ${number}` }],
    max_tokens: 400,
    stream: isStream,
  });
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    authorization: "Bearer soak-client",
    "anthropic-version": "2023-06-01",
    "x-claude-code-session-id": `soak-${number}`,
  };
  return new Promise((resolve) => {
    const sent = request(`${url}/v1/messages`, { method: "POST", agent, headers }, (answer) => {
      const rid = String(answer.headers["x-ccp-request-id"]);
      let tail = "";
      let isWhole = false;
      const finish = (): void => {
        if (!isWhole && answer.statusCode === 200) answered.push(rid);
        isWhole = true;
      };
      answer.on("data", (chunk: Buffer) => {
        tail = (tail + chunk.toString("latin1")).slice(-200);
        if (isStream && /"message_stop"[^\n]*\n\n/.test(tail)) finish();
      });
      answer.on("end", () => {
        if (!isStream) finish();
        resolve(isWhole && answer.statusCode === 200);
      });
      answer.on("error", () => resolve(false));
      answer.on("aborted", () => resolve(false));
    });
    sent.on("error", () => resolve(false));
    sent.end(body);
  });
}

/** A line is told after it was written: what comes here must be in the log, whatever happens next. */
function listen(url: string, told: string[]): Promise<{ close(): void; readonly closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/events`, { headers: { accept: "text/event-stream" } }, (answer) => {
      let rest = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) note(line, told);
      });
      const closed = new Promise<void>((done) => {
        for (const end of ["end", "close", "error"]) answer.on(end, () => done());
      });
      resolve({ close: () => sent.destroy(), closed });
    });
    sent.on("error", reject);
    sent.end();
  });
}

function note(line: string, told: string[]): void {
  if (!line.startsWith("data:")) return;
  const event = JSON.parse(line.slice("data:".length)) as { rid?: string; attempt?: number; event?: string };
  if (event.rid !== undefined) told.push(`${event.event ?? "completion"} ${event.attempt} ${event.rid}`);
}
