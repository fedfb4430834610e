import type { UsageRecord } from "@ccp/quota-engine";
import type { Reservation, SettleRequest, SharedStore, UnknownGateway, Weighed } from "@ccp/shared-quota";
import type { LaneId, WindowReading } from "@ccp/usage-contract";
import { LeaseList } from "./lease-list.ts";
import { MarkExchange } from "./mark-exchange.ts";
import { othersViews, reservationOf, toAsk } from "./others-views.ts";
import { Outbox } from "./outbox.ts";
import { ReadingExchange } from "./reading-exchange.ts";
import type { Claim, SharedCount, SharedState, SharedStatus } from "./shared-count.ts";
import type { SharedQuotaOptions } from "./shared-options.ts";
import { StoreLink } from "./store-link.ts";
import { StoreTime } from "./store-time.ts";
import { Watched, type WatchedWindow } from "./watched.ts";

/** As long as a gateway that was cut off with us may need to tell its counts anew. */
const GATHER_MS = 5_000;
/** A request that proves a lane and is not heard of again. */
const PROBE_MS = 120_000;
/** Often enough to be heard of, and for figures of a gateway without traffic. */
const BEAT_MS = 3_000;
const NEWS_GATHER_MS = 20;

/** Keeps this gateway's engine and book level with those of the others on the plan. */
export class SharedQuota implements SharedCount {
  readonly #options: SharedQuotaOptions;
  readonly #link: StoreLink;
  readonly #time = new StoreTime();
  readonly #leases = new LeaseList();
  readonly #outbox = new Outbox();
  readonly #marks: MarkExchange;
  readonly #readings: ReadingExchange;
  readonly #watched: Watched;
  readonly #tally = { granted: 0, refused: 0, alone: 0 };
  #newsVersion = -1;
  #gateways = 1;
  #gatherUntilMono = Number.NEGATIVE_INFINITY;
  #flushing = false;
  #isJoining = false;
  /** `null`: nothing was told yet. */
  #isToldAway: boolean | null = null;
  #beat: NodeJS.Timeout | undefined;
  #news: NodeJS.Timeout | undefined;

  constructor(options: SharedQuotaOptions) {
    this.#options = options;
    this.#marks = new MarkExchange(options.book, this.#time);
    this.#readings = new ReadingExchange(options.engine, this.#time);
    this.#watched = new Watched(options.engine, options.named);
    this.#link = new StoreLink({
      connect: options.connect,
      capMs: options.capMs,
      clock: options.clock,
      random: options.random,
      join: (store) => this.#join(store),
      onTaken: options.renewId,
      probe: () => void this.#look(),
      onState: (state, reason, before) => this.#onState(state, reason, before),
    });
  }

  start(): void {
    this.#link.start();
    this.#beat = setInterval(() => void this.#look(), BEAT_MS);
    this.#beat.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    clearTimeout(this.#news);
    this.#flush();
    await this.#link.close();
  }

  status(): SharedStatus {
    const { state, sinceMs, reason, joins } = this.#link;
    return {
      state,
      plan: this.#options.plan,
      gateways: this.#gateways,
      sinceMs,
      reason,
      joins,
      ...this.#tally,
    };
  }

  async claim(claim: Claim): Promise<boolean> {
    const { clock } = this.#options;
    const startedMono = clock.monoMs();
    const outcome = await this.#claim(claim);
    this.#tally[outcome] += 1;
    this.#options.onDecision?.(outcome, clock.monoMs() - startedMono);
    return outcome !== "refused";
  }

  async #claim(claim: Claim): Promise<"granted" | "refused" | "alone"> {
    const nowMs = this.#options.clock.wallMs();
    const asked = this.#watched.windowsOf(claim, nowMs);
    const id = leaseId(claim.rid, claim.attempt);
    const reservation = reservationOf(claim, asked);
    const { scopes, tokens } = reservation;
    this.#leases.open(id, scopes, tokens);
    if (!this.#link.answers) {
      this.#tellHeld(id);
      return "alone";
    }
    this.#flush();
    const taken = (): void => {
      const ended = this.#leases.tell(id) === null;
      if (ended) this.#tell({ held: scopes.map((scope) => ({ scope, tokens: -tokens })) });
    };
    const reply = await this.#weigh(asked, reservation, claim, (late) => {
      // It was acted on meanwhile, whatever the store says now.
      if (late.kind !== "weighed") return;
      if (late.refusedBy === null) taken();
      else this.#tellHeld(id);
    });
    if (reply === null || reply.kind === "unknown") return "alone";
    if (reply.refusedBy !== null) return "refused";
    taken();
    return "granted";
  }

  /** Where the store hears, though it may answer late, the others shall see what is held here. */
  #tellHeld(id: string): void {
    if (this.#hears) this.#tell({ held: this.#leases.tell(id) ?? [] });
  }

  /** What is told now arrives, at once or after what is being brought level. */
  get #hears(): boolean {
    return this.#link.sends || this.#isJoining;
  }

  async #weigh(
    asked: readonly WatchedWindow[],
    reserve: Reservation | null,
    claim: Claim | null,
    onLate: (reply: UnknownGateway | Weighed) => void,
  ): Promise<UnknownGateway | Weighed | null> {
    const { clock } = this.#options;
    const askedMs = clock.wallMs();
    const marks = claim?.proves ?? [];
    const take = (reply: UnknownGateway | Weighed): void => {
      this.#time.learn(reply.nowMs, askedMs, clock.wallMs());
      if (reply.kind === "unknown") this.#link.lost();
      else this.#observe(asked, reply);
    };
    const waitMs = Math.max(1, this.#options.capMs - (claim?.waitedMs ?? 0));
    return this.#link.ask(
      (store) =>
        store.weigh({
          windows: asked.map(({ window }) => toAsk(window, this.#time)),
          reserve,
          probe:
            claim === null || marks.length === 0
              ? null
              : { marks, rid: claim.rid, untilMs: this.#time.toStore(askedMs + PROBE_MS) },
          newsVersion: this.#newsVersion,
        }),
      take,
      onLate,
      waitMs,
    );
  }

  #observe(asked: readonly WatchedWindow[], reply: Weighed): void {
    const { engine, clock } = this.#options;
    const nowMs = clock.wallMs();
    this.#gateways = reply.gateways;
    const atLeast = clock.monoMs() < this.#gatherUntilMono;
    for (const { lane, model, views } of othersViews(asked, reply, this.#time, atLeast)) {
      engine.shared.observeOthers(lane, model, views, reply.gateways, nowMs);
    }
    if (reply.news === null) return;
    this.#newsVersion = reply.news.version;
    this.#marks.adopt(reply.news.marks, nowMs);
    this.#readings.adopt(reply.news.readings, nowMs);
    this.marksChanged();
  }

  /** Much may be news at once: of many gateways that come back together, each is. */
  readonly #lookSoon = (): void => {
    this.#news ??= setTimeout(() => {
      this.#news = undefined;
      void this.#look();
    }, NEWS_GATHER_MS);
  };

  /** Brings the figures of what was asked for lately, and shows the others that this gateway is there. */
  async #look(): Promise<void> {
    if (!this.#link.sends) return;
    this.#flush();
    await this.#weigh(this.#watched.all(this.#options.clock.wallMs()), null, null, () => {});
  }

  async #join(store: SharedStore): Promise<boolean> {
    const { clock, engine } = this.#options;
    const askedMs = clock.wallMs();
    this.#time.learn(await store.clock(), askedMs, clock.wallMs());
    const nowMs = clock.wallMs();
    // From here on, what happens comes after what is told now.
    this.#outbox.clear();
    this.#isJoining = true;
    const reply = await store.sync({
      series: engine.shared.series(nowMs).map((series) => ({
        ...series,
        rows: series.rows.map(({ atMs, tokens }) => ({ atMs: this.#time.toStore(atMs), tokens })),
      })),
      held: this.#leases.tellAll(),
      tells: this.#marks.changes(),
    });
    if (reply.kind === "taken") return false;
    // It lost what it had, and with it marks that nobody lifted.
    if (reply.isNew) this.#marks.forget();
    this.#gatherUntilMono = clock.monoMs() + GATHER_MS;
    store.onNews(this.#lookSoon);
    return true;
  }

  #onState(state: SharedState, reason: string | null, before: SharedState): void {
    const { engine, notice, clock, plan } = this.#options;
    const nowMs = clock.wallMs();
    this.#isJoining = false;
    if (before === "on") engine.shared.standAlone(this.#gateways, nowMs);
    if (state === "on") {
      engine.shared.standAlone(1, nowMs);
      this.marksChanged();
      this.#flush();
      void this.#look();
      if (this.#isToldAway !== false) notice("info", `plan ${plan}: counting together with other gateways`);
      this.#isToldAway = false;
    }
    if (state !== "away" || this.#isToldAway === true) return;
    this.#isToldAway = true;
    notice("warn", `plan ${plan}: the shared count cannot be reached (${reason}); this gateway counts alone`);
  }

  // ---- what the gateway did

  ended(rid: string, attempt: number, record: UsageRecord | null): void {
    this.#tell({ held: this.#leases.end(leaseId(rid, attempt)) });
    if (record !== null) this.counted(record);
  }

  counted(record: UsageRecord): void {
    const atMs = this.#time.toStore(Math.min(record.atMs, this.#options.clock.wallMs()));
    const costs = this.#options.engine.shared.costs(record).filter((cost) => cost.tokens > 0);
    this.#tell({ counts: costs.map((cost) => ({ ...cost, atMs })) });
  }

  read(lane: LaneId, model: string | null, readings: readonly WindowReading[], nowMs: number): void {
    if (this.#hears) this.#tell({ tells: this.#readings.changes(lane, model, readings, nowMs) });
  }

  marksChanged(byHand = false): void {
    if (this.#hears) this.#tell({ tells: this.#marks.changes(byHand) });
  }

  probeTaken(rid: string): void {
    this.#marks.ownProbes.add(rid);
  }

  probeEnded(rid: string): void {
    if (this.#marks.ownProbes.delete(rid)) this.#tell({ tells: [{ kind: "probe_end", rid }] });
  }

  /** Windows or weights are others now: all is told anew. */
  reconfigured(): void {
    this.#link.lost();
  }

  #tell(request: Partial<SettleRequest>): void {
    // What happens without a connection is in what is told when there is one again.
    if (!this.#hears) return;
    this.#outbox.add(request);
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    if (!this.#link.sends) return;
    const request = this.#outbox.take();
    if (request === null) return;
    void this.#link.ask(
      (store) => store.settle(request),
      (reply) => {
        if (reply.kind === "unknown") this.#link.lost();
      },
      () => {},
      this.#options.capMs,
    );
  }
}

function leaseId(rid: string, attempt: number): string {
  return `${attempt}:${rid}`;
}
