import {
  type Count,
  GATEWAY_LIFE_MS,
  type KnownMark,
  MARK_KEEP_MS,
  type MarkKey,
  type Series,
  type SharedMark,
  type SharedReading,
  type Tell,
  type WindowAsk,
} from "../shared-store.ts";

/** What one gateway told: its counts by window and bucket, what it holds by scope. */
export interface Member {
  life: string;
  sequence: number;
  deadlineMs: number;
  readonly counts: Map<string, Map<number, number>>;
  readonly held: Map<string, number>;
}

interface KeptMark extends SharedMark {
  revision: number;
  gateway: string;
  probe: { gateway: string; rid: string; untilMs: number } | null;
}

/** All that the gateways of one plan told, with the sums taken when somebody asks. */
export class MemoryPlan {
  readonly members: Map<string, Member> = new Map();
  readonly listeners: Set<() => void> = new Set();
  readonly #clock: () => number;
  readonly #starts: Map<string, number> = new Map();
  readonly #marks: Map<string, KeptMark> = new Map();
  readonly #readings: Map<string, SharedReading> = new Map();
  version = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The store's own clock; gateways not heard of for too long are let go first. */
  now(): number {
    const nowMs = this.#clock();
    for (const member of this.members.values()) if (member.deadlineMs <= nowMs) member.held.clear();
    return nowMs;
  }

  alive(nowMs: number): number {
    return [...this.members.values()].filter((member) => member.deadlineMs > nowMs).length;
  }

  /** @returns `null` for a gateway that has to sync first. */
  enter(gateway: string, life: string, sequence: number, nowMs: number): Member | null {
    const member = this.members.get(gateway);
    if (member === undefined || member.life !== life || member.deadlineMs <= nowMs) return null;
    if (sequence <= member.sequence) return null;
    member.sequence = sequence;
    member.deadlineMs = nowMs + GATEWAY_LIFE_MS;
    return member;
  }

  used(ask: WindowAsk, sinceMs: number, nowMs: number): number {
    const from = Math.floor(Math.max(sinceMs, nowMs - ask.lengthMs) / ask.bucketMs);
    let sum = 0;
    for (const { counts } of this.members.values()) {
      for (const [index, tokens] of counts.get(idOf(ask)) ?? []) if (index >= from) sum += tokens;
    }
    return sum;
  }

  /** Where an own-start window begins: the earliest start told that is not over. */
  start(ask: WindowAsk, nowMs: number): number | null {
    if (!ask.ownStart) return null;
    const isOpen = (startMs: number | null | undefined): startMs is number =>
      startMs != null && startMs + ask.lengthMs > nowMs;
    const starts = [this.#starts.get(idOf(ask)), ask.sinceMs].filter(isOpen);
    if (starts.length === 0) return null;
    const startMs = Math.min(...starts);
    this.#starts.set(idOf(ask), startMs);
    return startMs;
  }

  held(scope: string): number {
    let sum = 0;
    for (const member of this.members.values()) sum += member.held.get(scope) ?? 0;
    return sum;
  }

  count(member: Member, { atMs, tokens, ...window }: Count, nowMs: number): void {
    const index = Math.floor(Math.min(atMs, nowMs) / window.bucketMs);
    if (index < Math.floor((nowMs - window.lengthMs) / window.bucketMs)) return;
    const counts = member.counts.get(idOf(window)) ?? new Map<number, number>();
    member.counts.set(idOf(window), counts.set(index, (counts.get(index) ?? 0) + tokens));
  }

  replace(member: Member, series: Series, nowMs: number): void {
    member.counts.delete(idOf(series));
    for (const row of series.rows) this.count(member, { ...series, ...row }, nowMs);
  }

  hold(member: Member, scope: string, tokens: number): void {
    const held = (member.held.get(scope) ?? 0) + tokens;
    if (held > 0) member.held.set(scope, held);
    else member.held.delete(scope);
  }

  /** The request that proves one of these lanes and is not this one. */
  foreignProbe(keys: readonly MarkKey[], rid: string, nowMs: number): boolean {
    return keys.some((key) => {
      const probe = this.#marks.get(keyOf(key))?.probe ?? null;
      return probe !== null && probe.untilMs > nowMs && probe.rid !== rid;
    });
  }

  takeProbe(keys: readonly MarkKey[], probe: NonNullable<KeptMark["probe"]>): void {
    for (const key of keys) {
      const mark = this.#marks.get(keyOf(key));
      if (mark === undefined) continue;
      mark.probe = probe;
      this.changed();
    }
  }

  tell(tell: Tell, gateway: string, nowMs: number): void {
    switch (tell.kind) {
      case "mark":
        this.#mark(tell.mark, tell.byHand, gateway, nowMs);
        return;
      case "clear":
        this.#clear(tell.key, tell.revision, gateway);
        return;
      case "probe_end":
        this.#endProbe(tell.rid);
        return;
      case "reading":
        this.#read(tell.reading);
        return;
      default:
        tell satisfies never;
    }
  }

  marks(gateway: string): KnownMark[] {
    return [...this.#marks.values()].map(({ gateway: _, probe, ...mark }) => ({
      ...mark,
      probe:
        probe === null ? null : { rid: probe.rid, mine: probe.gateway === gateway, untilMs: probe.untilMs },
    }));
  }

  readings(): SharedReading[] {
    return [...this.#readings.values()];
  }

  changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }

  #clear(key: MarkKey, revision: number | null, gateway: string): void {
    const mark = this.#marks.get(keyOf(key));
    const isMeant = revision === null ? mark?.gateway === gateway : mark?.revision === revision;
    if (mark === undefined || !isMeant) return;
    this.#marks.delete(keyOf(key));
    this.changed();
  }

  #endProbe(rid: string): void {
    for (const mark of this.#marks.values()) {
      if (mark.probe?.rid !== rid) continue;
      mark.probe = null;
      this.changed();
    }
  }

  #read(reading: SharedReading): void {
    const key = readingKey(reading);
    if ((this.#readings.get(key)?.observedMs ?? -1) >= reading.observedMs) return;
    this.#readings.set(key, reading);
    this.changed();
  }

  #mark(mark: SharedMark, byHand: boolean, gateway: string, nowMs: number): void {
    for (const [key, old] of this.#marks) {
      const endMs = Math.max(old.declaredUntilMs ?? 0, old.ownUntilMs ?? 0);
      if (endMs + MARK_KEEP_MS <= nowMs) this.#marks.delete(key);
    }
    const before = byHand ? undefined : this.#marks.get(keyOf(mark));
    const kept = before?.declaredUntilMs ?? null;
    const isKept = kept !== null && (mark.declaredUntilMs === null || kept > mark.declaredUntilMs);
    this.#marks.set(keyOf(mark), {
      ...mark,
      ...(isKept ? { declaredUntilMs: kept, windowMs: before?.windowMs ?? null } : {}),
      revision: this.version + 1,
      gateway,
      probe: null,
    });
    this.changed();
  }
}

function idOf({ scope, window }: Pick<WindowAsk, "scope" | "window">): string {
  return `${scope}\n${window}`;
}

function keyOf({ lane, model }: MarkKey): string {
  return `${lane}\n${model ?? ""}`;
}

function readingKey({ lane, reading }: SharedReading): string {
  return `${lane}\n${reading.scope}\n${reading.name}`;
}
