import { setTimeout as sleep } from "node:timers/promises";
import type { SharedStore } from "@ccp/shared-quota";
import type { Clock } from "../deps.ts";
import type { SharedState } from "./shared-count.ts";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
/** So long without any answer a connection is given up. */
const SILENCE_MS = 1_000;
const JOIN_LIMIT_MS = 10_000;
const LEAVE_LIMIT_MS = 500;
/** A process that was killed holds its id until the store takes it for gone; one that still does then is another. */
const TAKEN_RETRY_MS = 2_000;
const TAKEN_TRIES = 15;

type Store = SharedStore & { close(): void };

export interface StoreLinkOptions {
  readonly connect: (onGone: (reason: string) => void) => Promise<Store>;
  readonly capMs: number;
  readonly clock: Clock;
  /** 0..1 */
  readonly random: () => number;
  /** Brings the store level. @returns `false` when the id is another's. */
  readonly join: (store: SharedStore) => Promise<boolean>;
  readonly onTaken: () => void;
  readonly onState: (state: SharedState, reason: string | null, before: SharedState) => void;
  /** Asks something that changes nothing, to see whether the store is quick again. */
  readonly probe: () => void;
}

/**
 * The way to the store: connects, brings level, and comes back by itself. A store that does not answer makes one decision
 * wait for the cap and no other: until it is quick again, nobody waits for it.
 */
export class StoreLink {
  readonly #options: StoreLinkOptions;
  readonly #waiting = new Set<() => void>();
  readonly #ended = new AbortController();
  #store: Store | null = null;
  readonly #outstanding = new Set<Promise<unknown>>();
  #silence: NodeJS.Timeout | undefined;
  #failures = 0;
  #taken = 0;
  #rejoin = false;
  state: SharedState = "joining";
  sinceMs: number;
  reason: string | null = null;
  joins = 0;

  constructor(options: StoreLinkOptions) {
    this.#options = options;
    this.sinceMs = options.clock.wallMs();
  }

  /** A decision may wait for an answer. */
  get answers(): boolean {
    return this.state === "on";
  }

  /** What is told arrives. */
  get sends(): boolean {
    return this.state === "on" || this.state === "slow";
  }

  start(): void {
    void this.#connect();
  }

  /**
   * Asks the store, and waits for the answer up to `waitMs`.
   *
   * @param take Gets the answer whenever it comes. @param onLate Gets one that nobody waited for any more.
   * @returns `null` without an answer in time.
   */
  ask<T>(
    call: (store: SharedStore) => Promise<T>,
    take: (answer: T) => void,
    onLate: (answer: T) => void,
    waitMs: number,
  ): Promise<T | null> {
    const store = this.#store;
    if (store === null) return Promise.resolve(null);
    const { clock } = this.#options;
    const askedMono = clock.monoMs();
    const answer = call(store);
    this.#outstanding.add(answer);
    return new Promise((resolve) => {
      let isLate = false;
      const release = (): void => {
        isLate = true;
        resolve(null);
      };
      this.#waiting.add(release);
      // After a turn that took long, an answer may lie in the socket already: it is read first.
      const timer = setTimeout(
        () => setImmediate(() => this.#waiting.has(release) && this.#slow(store)),
        waitMs,
      );
      const end = (): boolean => {
        clearTimeout(timer);
        this.#waiting.delete(release);
        this.#outstanding.delete(answer);
        // What an earlier connection brings is of an earlier state.
        return store === this.#store;
      };
      answer.then(
        (value) => {
          if (!end()) {
            resolve(null);
            return;
          }
          take(value);
          if (isLate) onLate(value);
          else resolve(value);
          this.#answered(clock.monoMs() - askedMono);
        },
        (error: unknown) => {
          if (end()) this.#fail(error instanceof Error ? error.message : "it failed");
          resolve(null);
        },
      );
    });
  }

  /** The store does not know this gateway any more, or has to know it anew. */
  lost(): void {
    if (this.#store === null) return;
    this.#rejoin = true;
    if (this.sends) void this.#bringLevel(this.#store);
  }

  async close(): Promise<void> {
    const store = this.#store;
    const leaves = this.sends;
    this.#ended.abort();
    this.#releaseAll();
    clearTimeout(this.#silence);
    this.#store = null;
    if (store === null) return;
    const left = leaves ? store.leave().catch(() => {}) : Promise.resolve();
    await Promise.race([left, sleep(LEAVE_LIMIT_MS, undefined, { ref: false })]);
    store.close();
  }

  async #connect(): Promise<void> {
    try {
      let isGone = false;
      const opened: Store = await this.#options.connect((reason) => {
        isGone = true;
        if (this.#store === opened) this.#fail(reason);
      });
      if (this.#ended.signal.aborted || isGone) return opened.close();
      this.#store = opened;
      this.#enter("joining", null);
      await this.#bringLevel(opened);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : "it failed");
    }
  }

  async #bringLevel(store: Store): Promise<void> {
    this.#enter("joining", null);
    this.#rejoin = false;
    try {
      const joined = await Promise.race([this.#join(store), this.#later(JOIN_LIMIT_MS)]);
      if (store !== this.#store) return;
      if (joined === null) throw new Error("it took too long to be brought level");
      if (!joined) return this.#wasTaken();
      this.#failures = 0;
      this.#taken = 0;
      this.joins += 1;
      this.#enter("on", null);
      if (this.#rejoin) await this.#bringLevel(store);
    } catch (error) {
      if (store === this.#store) this.#fail(error instanceof Error ? error.message : "it failed");
    }
  }

  async #join(store: Store): Promise<boolean> {
    // What is under way belongs to the state before.
    await Promise.allSettled(this.#outstanding);
    return this.#options.join(store);
  }

  async #later(ms: number): Promise<null> {
    await sleep(ms, undefined, { ref: false });
    return null;
  }

  #wasTaken(): void {
    this.#taken += 1;
    if (this.#taken >= TAKEN_TRIES) {
      this.#taken = 0;
      this.#options.onTaken();
    }
    this.#fail("another process counts under the same gateway id", TAKEN_RETRY_MS);
  }

  #slow(store: Store): void {
    if (store !== this.#store || this.state !== "on") return;
    this.#enter("slow", `no answer within ${this.#options.capMs} ms`);
    this.#releaseAll();
    this.#silence = setTimeout(() => this.#fail("no answer"), SILENCE_MS);
    this.#silence.unref();
  }

  #answered(tookMs: number): void {
    if (this.state !== "slow") return;
    this.#silence?.refresh();
    if (tookMs > this.#options.capMs) {
      this.#options.probe();
      return;
    }
    clearTimeout(this.#silence);
    this.#enter("on", null);
  }

  #fail(reason: string, retryMs?: number): void {
    const store = this.#store;
    this.#store = null;
    store?.close();
    this.#outstanding.clear();
    clearTimeout(this.#silence);
    this.#enter("away", reason);
    this.#releaseAll();
    if (this.#ended.signal.aborted) return;
    const grown = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
    this.#failures += 1;
    // Gateways that lost one store together must not all come back in one instant.
    const waitMs = retryMs ?? grown * (0.5 + this.#options.random());
    const wait = sleep(waitMs, undefined, { signal: this.#ended.signal, ref: false });
    wait.then(() => this.#connect()).catch(() => {});
  }

  #releaseAll(): void {
    for (const release of this.#waiting) release();
    this.#waiting.clear();
  }

  #enter(state: SharedState, reason: string | null): void {
    const before = this.state;
    this.reason = reason;
    if (state === before) return;
    this.state = state;
    this.sinceMs = this.#options.clock.wallMs();
    this.#options.onState(state, reason, before);
  }
}
