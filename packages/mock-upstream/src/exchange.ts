import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { RequestRecord } from "./recorded-request.ts";
import type { CutHow } from "./step.ts";

/**
 * One exchange's hold on its socket: waiting, writing with backpressure, cutting. Once the client has left or the
 * mock closes, every wait ends at once with `false` and no timer stays behind.
 */
export class Exchange {
  readonly record: RequestRecord;
  readonly response: ServerResponse;
  readonly #socket: Socket;
  readonly #waiting = new Set<() => void>();
  readonly #now: () => number;
  #over = false;
  #cut = false;

  constructor(record: RequestRecord, response: ServerResponse, socket: Socket, now: () => number) {
    this.record = record;
    this.response = response;
    this.#socket = socket;
    this.#now = now;
    response.once("close", () => this.#finish());
  }

  get over(): boolean {
    return this.#over;
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    const answered = this.response.writableFinished;
    this.record.settle(this.#cut ? "cut" : answered ? "answered" : "aborted", this.#now());
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Waits; `false` as soon as the exchange is over. */
  sleep(ms: number): Promise<boolean> {
    if (this.#over) return Promise.resolve(false);
    if (ms <= 0) return Promise.resolve(true);
    return this.#wait((done) => {
      const timer = setTimeout(done, ms);
      return () => clearTimeout(timer);
    });
  }

  /** Waits until the client leaves or the mock closes. */
  untilGone(): Promise<boolean> {
    if (this.#over) return Promise.resolve(false);
    return this.#wait(() => () => undefined);
  }

  #wait(start: (done: () => void) => () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (): void => {
        stop();
        resolve(false);
      };
      const stop = start(() => {
        this.#waiting.delete(wake);
        resolve(true);
      });
      this.#waiting.add(wake);
    });
  }

  /** Hands bytes to the socket. Waits for a slow reader; with `flushed`, until the bytes have left. */
  write(bytes: Uint8Array | string, flushed = false): Promise<boolean> {
    if (this.#over) return Promise.resolve(false);
    if (flushed) {
      return this.#wait((done) => {
        this.response.write(bytes, () => done());
        return () => undefined;
      });
    }
    if (this.response.write(bytes)) return Promise.resolve(true);
    return this.#wait((done) => {
      this.response.once("drain", done);
      return () => this.response.off("drain", done);
    });
  }

  /** Bytes past HTTP: the response object is left unused. */
  async writeRaw(bytes: Uint8Array, ending: CutHow | "open"): Promise<void> {
    if (this.#over) return;
    const left = await this.#wait((done) => {
      this.#socket.write(bytes, () => done());
      return () => undefined;
    });
    if (!left) return;
    if (ending === "open") await this.untilGone();
    else this.cut(ending);
  }

  /** Ends an exchange that cannot go on as scripted, so that the client does not hang. */
  fail(message: string): void {
    if (this.#over) return;
    if (this.response.headersSent) this.cut("rst");
    else this.response.writeHead(500, { "content-type": "text/plain" }).end(message);
  }

  /** Breaks the connection from the mock's side. */
  cut(how: CutHow): void {
    if (this.#over) return;
    this.#cut = true;
    if (how === "rst") this.#socket.resetAndDestroy();
    // Ending the socket, not the response, leaves out the closing chunk that would make the body look whole.
    else this.#socket.destroySoon();
  }
}
