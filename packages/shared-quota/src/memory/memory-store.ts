import {
  GATEWAY_LIFE_MS,
  type GatewayIdentity,
  type SettleReply,
  type SettleRequest,
  type SharedStore,
  type SyncReply,
  type SyncRequest,
  type UnknownGateway,
  type Weighed,
  type WeighRequest,
} from "../shared-store.ts";
import { type Member, MemoryPlan } from "./memory-plan.ts";

/** A plan held in memory, for gateways in one process: the plainest store there is, and what others are measured by. */
export interface MemoryPlanStore {
  open(identity: GatewayIdentity): SharedStore;
  /** Forgets all, as a store without a disk does when it is restarted. */
  lose(): void;
}

/** @param clock The store's own clock, epoch ms. */
export function createMemoryStore(clock: () => number): MemoryPlanStore {
  const held: { plan: MemoryPlan } = { plan: new MemoryPlan(clock) };
  return {
    open: (identity) => new MemoryStore(held, identity),
    lose: () => {
      const { listeners } = held.plan;
      held.plan = new MemoryPlan(clock);
      for (const listener of listeners) held.plan.listeners.add(listener);
    },
  };
}

class MemoryStore implements SharedStore {
  readonly #held: { plan: MemoryPlan };
  readonly #identity: GatewayIdentity;

  constructor(held: { plan: MemoryPlan }, identity: GatewayIdentity) {
    this.#held = held;
    this.#identity = identity;
  }

  async clock(): Promise<number> {
    return this.#plan.now();
  }

  async weigh({ windows, reserve, probe, newsVersion }: WeighRequest): Promise<UnknownGateway | Weighed> {
    const plan = this.#plan;
    const nowMs = plan.now();
    const member = this.#enter(nowMs);
    if (member === null) return { kind: "unknown", nowMs };
    const weighed = windows.map((ask) => {
      const startMs = plan.start(ask, nowMs);
      const sinceMs = ask.ownStart ? startMs : ask.sinceMs;
      return { usedTokens: sinceMs === null ? 0 : plan.used(ask, sinceMs, nowMs), startMs };
    });
    const isFull = reserve?.limits.some((limit) => {
      const used = weighed[limit.window]?.usedTokens ?? 0;
      return used + plan.held(windows[limit.window]?.scope ?? "") + reserve.tokens >= limit.tokens;
    });
    const isProbed = probe !== null && plan.foreignProbe(probe.marks, probe.rid, nowMs);
    const refusedBy = isFull === true ? "limit" : isProbed ? "probe" : null;
    if (refusedBy === null) {
      for (const scope of reserve?.scopes ?? []) plan.hold(member, scope, reserve?.tokens ?? 0);
      const { gateway } = this.#identity;
      if (probe !== null) plan.takeProbe(probe.marks, { gateway, rid: probe.rid, untilMs: probe.untilMs });
    }
    const scopes = new Set([...windows.map((ask) => ask.scope), ...(reserve?.scopes ?? [])]);
    return {
      kind: "weighed",
      nowMs,
      refusedBy,
      windows: weighed,
      heldByOthers: new Map(
        [...scopes].map((scope) => [scope, plan.held(scope) - (member.held.get(scope) ?? 0)]),
      ),
      gateways: plan.alive(nowMs),
      news:
        newsVersion === plan.version
          ? null
          : {
              version: plan.version,
              marks: plan.marks(this.#identity.gateway),
              readings: plan.readings(),
            },
    };
  }

  async settle({ counts, held, tells }: SettleRequest): Promise<SettleReply> {
    const plan = this.#plan;
    const nowMs = plan.now();
    const member = this.#enter(nowMs);
    if (member === null) return { kind: "unknown", nowMs };
    for (const count of counts) plan.count(member, count, nowMs);
    for (const { scope, tokens } of held) plan.hold(member, scope, tokens);
    for (const tell of tells) plan.tell(tell, this.#identity.gateway, nowMs);
    return { kind: "settled", nowMs };
  }

  async sync({ series, held, tells }: SyncRequest): Promise<SyncReply> {
    const plan = this.#plan;
    const nowMs = plan.now();
    const { gateway, life, nextSequence } = this.#identity;
    const before = plan.members.get(gateway);
    if (before !== undefined && before.life !== life && before.deadlineMs > nowMs)
      return { kind: "taken", nowMs };
    const member: Member = {
      life,
      sequence: nextSequence(),
      deadlineMs: nowMs + GATEWAY_LIFE_MS,
      counts: before?.counts ?? new Map(),
      held: new Map(),
    };
    plan.members.set(gateway, member);
    for (const each of series) plan.replace(member, each, nowMs);
    for (const { scope, tokens } of held) plan.hold(member, scope, tokens);
    for (const tell of tells) plan.tell(tell, gateway, nowMs);
    plan.changed();
    return { kind: "synced", nowMs, isNew: before === undefined };
  }

  async leave(): Promise<void> {
    const member = this.#plan.members.get(this.#identity.gateway);
    if (member?.life !== this.#identity.life) return;
    member.held.clear();
    member.deadlineMs = Number.NEGATIVE_INFINITY;
  }

  onNews(listener: () => void): void {
    this.#plan.listeners.add(listener);
  }

  get #plan(): MemoryPlan {
    return this.#held.plan;
  }

  #enter(nowMs: number): Member | null {
    const { gateway, life, nextSequence } = this.#identity;
    return this.#plan.enter(gateway, life, nextSequence(), nowMs);
  }
}
