import type { TokenUsage } from "@ccp/usage-contract";
import type { StreamEnd, StreamError, StreamReader, StreamTerminal } from "../token-extractor.ts";
import { UsageTally } from "../usage/usage-tally.ts";
import { DONE, type EventReader, type EventReading, type SseRules } from "./event-reading.ts";
import { type SseListener, SseSplitter } from "./sse-splitter.ts";

/** Later marks of a complete answer outrank earlier ones; `message_stop` stays when `[DONE]` follows it. */
const RANK: Readonly<Record<StreamTerminal, number>> = {
  none: 0,
  message_delta: 1,
  error: 2,
  done: 3,
  message_stop: 4,
};

/** Opens a reader that folds what the rules make of each event. */
export function openStream(rules: SseRules): StreamReader {
  const fold = new StreamFold(rules.readEvent);
  const splitter = new SseSplitter(fold, rules.contentPrefix);
  let closed: StreamTerminal | null = null;
  return {
    push: (text) => {
      if (closed === null) splitter.push(text);
    },
    end: () => {
      if (closed === null) {
        closed = fold.terminal;
        splitter.end();
      }
      return fold.end(closed);
    },
    get usage() {
      return fold.usage;
    },
    get terminal() {
      return fold.terminal;
    },
    get progress() {
      return fold.progress;
    },
    get pings() {
      return fold.pings;
    },
  };
}

class StreamFold implements SseListener {
  readonly #readEvent: EventReader;
  readonly #tally: UsageTally = new UsageTally();
  #started = false;
  #progress = 0;
  pings = 0;
  #terminal: StreamTerminal = "none";
  #error: StreamError | null = null;
  #model: string | null = null;

  constructor(readEvent: EventReader) {
    this.#readEvent = readEvent;
  }

  get usage(): TokenUsage | null {
    return this.#tally.usage;
  }

  get terminal(): StreamTerminal {
    return this.#terminal;
  }

  get progress(): number {
    return this.#progress;
  }

  onContent(): void {
    this.#started = true;
    this.#progress += 1;
  }

  onOpaque(): void {
    this.onContent();
  }

  onGrowth(): void {
    this.#progress += 1;
  }

  onEvent(name: string, data: string): void {
    const reading = this.#readEvent(name, data, this.#model === null);
    if (reading === null) this.pings += 1;
    else this.#apply(reading);
  }

  #apply(reading: EventReading): void {
    this.#progress += 1;
    if (reading.error !== undefined) {
      this.#error ??= reading.error;
      this.#reach("error");
      return;
    }
    if (reading !== DONE) this.#started = true;
    if (reading.terminal !== undefined) this.#reach(reading.terminal);
    if (reading.usage) this.#tally.add(reading.usage, reading.opening === true);
    this.#model ??= reading.model ?? null;
  }

  #reach(terminal: StreamTerminal): void {
    // An answer that failed stays failed: some senders close a failed stream with [DONE].
    if (this.#terminal !== "error" && RANK[terminal] > RANK[this.#terminal]) this.#terminal = terminal;
  }

  /** @param closed What the events were terminal by that had their blank line. */
  end(closed: StreamTerminal): StreamEnd {
    return {
      usage: this.#tally.usage,
      started: this.#started,
      terminal: this.#terminal,
      terminalUnclosed: this.#terminal !== closed,
      error: this.#error,
      model: this.#model,
      invalidUsage: this.#tally.invalid,
    };
  }
}
