import { describe, expect, it } from "vitest";
import type { GatewayIdentity, SharedStore, Weighed, WindowAsk } from "../src/index.ts";
import { GATEWAY_LIFE_MS } from "../src/index.ts";

const MINUTE = 60_000;
/** On a minute. */
export const T0 = 1_800_000_000_000;

/** One plan in one store, with the store's clock in the test's hand. */
export interface PlanUnderTest {
  open(identity: GatewayIdentity): Promise<SharedStore>;
  advance(ms: number): void;
  now(): number;
  /** The store forgets all. */
  lose(): Promise<void>;
}

export function identity(gateway: string, life = "1"): GatewayIdentity {
  let sequence = 0;
  return {
    gateway,
    life,
    nextSequence: () => {
      sequence += 1;
      return sequence;
    },
  };
}

const WINDOW = { scope: "model:zai:glm-4.7", window: "rolling", lengthMs: 300 * MINUTE, bucketMs: MINUTE };
const WEEK = { ...WINDOW, window: "weekly", lengthMs: 672 * 15 * MINUTE, bucketMs: 15 * MINUTE };
const MARK = { lane: "zai", model: "glm-4.7" };

function sliding(now: number, over: Partial<WindowAsk> = {}): WindowAsk {
  return { ...WINDOW, sinceMs: now - WINDOW.lengthMs, ownStart: false, ...over };
}

async function synced(plan: PlanUnderTest, who: GatewayIdentity): Promise<SharedStore> {
  const store = await plan.open(who);
  await store.sync({ series: [], held: [], tells: [] });
  return store;
}

/** Lets time pass that is longer than a gateway lives unheard; each says that it is there. */
async function pass(plan: PlanUnderTest, ms: number, ...stores: readonly SharedStore[]): Promise<void> {
  plan.advance(ms);
  for (const store of stores) await store.sync({ series: [], held: [], tells: [] });
}

/** What every store of a plan must do. */
export function describeSharedStore(name: string, openPlan: () => Promise<PlanUnderTest>): void {
  const look = async (
    store: SharedStore,
    windows: readonly WindowAsk[],
    newsVersion = -1,
  ): Promise<Weighed> => {
    const reply = await store.weigh({ windows, reserve: null, probe: null, newsVersion });
    if (reply.kind !== "weighed") throw new Error(`expected to be known, got ${reply.kind}`);
    return reply;
  };
  const used = async (store: SharedStore, ask: WindowAsk): Promise<number | undefined> =>
    (await look(store, [ask])).windows[0]?.usedTokens;
  const reserve = (store: SharedStore, now: number, tokens: number, limit: number | null) =>
    store.weigh({
      windows: [sliding(now)],
      reserve: {
        scopes: [WINDOW.scope],
        tokens,
        limits: limit === null ? [] : [{ window: 0, tokens: limit }],
      },
      probe: null,
      newsVersion: -1,
    });
  const count = (store: SharedStore, atMs: number, tokens: number, window = WINDOW) =>
    store.settle({ counts: [{ ...window, atMs, tokens }], held: [], tells: [] });
  const hold = (store: SharedStore, tokens: number) =>
    store.settle({ counts: [], held: [{ scope: WINDOW.scope, tokens }], tells: [] });

  describe(name, () => {
    it("tells its own clock", async () => {
      const plan = await openPlan();
      const store = await plan.open(identity("a"));
      plan.advance(5);
      expect(await store.clock()).toBe(plan.now());
    });

    describe("counts", () => {
      it("of all gateways are one", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        await count(a, plan.now(), 600);
        await count(b, plan.now(), 50);
        await count(b, plan.now(), 0.5);
        expect(await used(a, sliding(plan.now()))).toBe(650.5);
        expect(await used(b, sliding(plan.now()))).toBe(650.5);
      });

      it("of other scopes and windows are apart", async () => {
        const plan = await openPlan();
        const a = await synced(plan, identity("a"));
        await count(a, plan.now(), 7);
        await count(a, plan.now(), 11, WEEK);
        await count(a, plan.now(), 13, { ...WINDOW, scope: "pool:zai:the {whole} plan" });
        const asks = [
          WINDOW,
          WEEK,
          { ...WINDOW, scope: "pool:zai:the {whole} plan" },
          { ...WINDOW, scope: "no" },
        ];
        const { windows } = await look(
          a,
          asks.map((ask) => ({ ...ask, sinceMs: plan.now() - ask.lengthMs, ownStart: false })),
        );
        expect(windows.map((window) => window.usedTokens)).toEqual([7, 11, 13, 0]);
      });

      it("leave with the bucket they lie in, and not before", async () => {
        const plan = await openPlan();
        const a = await synced(plan, identity("a"));
        await pass(plan, MINUTE / 2, a);
        await count(a, plan.now(), 10);
        await pass(plan, MINUTE, a);
        await count(a, plan.now(), 1);
        // Until here the window begins within the first bucket, which therefore counts whole.
        await pass(plan, WINDOW.lengthMs - MINUTE / 2 - 1, a);
        expect(await used(a, sliding(plan.now()))).toBe(11);
        plan.advance(1);
        expect(await used(a, sliding(plan.now()))).toBe(1);
        await pass(plan, MINUTE, a);
        expect(await used(a, sliding(plan.now()))).toBe(0);
      });

      it("since a start count that start's bucket whole, and nothing before the window's length", async () => {
        const plan = await openPlan();
        const a = await synced(plan, identity("a"));
        for (const tokens of [1, 2, 4, 8]) {
          await count(a, plan.now(), tokens);
          await pass(plan, MINUTE, a);
        }
        expect(await used(a, sliding(plan.now(), { sinceMs: T0 + 2 * MINUTE + 30_000 }))).toBe(12);
        expect(await used(a, sliding(plan.now(), { sinceMs: T0 + 4 * MINUTE }))).toBe(0);
        expect(await used(a, sliding(plan.now(), { sinceMs: 0 }))).toBe(15);
      });

      it("that come late lie where they belong; ahead counts as now, out of the window as nothing", async () => {
        const plan = await openPlan();
        const a = await synced(plan, identity("a"));
        await pass(plan, 10 * MINUTE, a);
        await count(a, plan.now(), 1);
        await count(a, plan.now() - 5 * MINUTE, 10);
        await count(a, plan.now() - 8 * MINUTE, 100);
        await count(a, plan.now() - 5 * MINUTE, 20);
        await count(a, plan.now() + MINUTE, 1000);
        await count(a, plan.now() - 302 * MINUTE, 10_000);
        expect(await used(a, sliding(plan.now()))).toBe(1131);
        expect(await used(a, sliding(plan.now(), { sinceMs: plan.now() - 5 * MINUTE }))).toBe(1031);
        expect(await used(a, sliding(plan.now(), { sinceMs: plan.now() }))).toBe(1001);
      });
    });

    describe("windows that begin with the first request", () => {
      const own = (sinceMs: number | null): WindowAsk => ({ ...WINDOW, sinceMs, ownStart: true });

      it("begin for all gateways where the first of them began", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        expect((await look(a, [own(null)])).windows).toEqual([{ usedTokens: 0, startMs: null }]);
        await count(a, plan.now(), 5);
        await pass(plan, 2 * MINUTE, a, b);
        await count(b, plan.now(), 7);
        expect((await look(b, [own(plan.now())])).windows).toEqual([{ usedTokens: 7, startMs: plan.now() }]);
        const told = await look(a, [own(T0)]);
        expect(told.windows).toEqual([{ usedTokens: 12, startMs: T0 }]);
        expect((await look(b, [own(T0 + 2 * MINUTE)])).windows).toEqual([{ usedTokens: 12, startMs: T0 }]);
        expect((await look(b, [own(null)])).windows).toEqual([{ usedTokens: 12, startMs: T0 }]);
      });

      it("end after their length, whoever still thinks otherwise", async () => {
        const plan = await openPlan();
        const a = await synced(plan, identity("a"));
        await count(a, plan.now(), 5);
        await look(a, [own(T0)]);
        await pass(plan, WINDOW.lengthMs, a);
        expect((await look(a, [own(T0)])).windows).toEqual([{ usedTokens: 0, startMs: null }]);
        expect((await look(a, [own(plan.now())])).windows).toEqual([{ usedTokens: 0, startMs: plan.now() }]);
      });
    });

    describe("reservations", () => {
      it("are refused where used + held + asked would reach the limit, and then hold nothing", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        await count(a, plan.now(), 500);
        expect(await reserve(a, plan.now(), 300, 1000)).toMatchObject({ refusedBy: null });
        expect(await reserve(b, plan.now(), 200, 1000)).toMatchObject({
          refusedBy: "limit",
          windows: [{ usedTokens: 500 }],
          heldByOthers: new Map([[WINDOW.scope, 300]]),
        });
        expect(await reserve(b, plan.now(), 199, 1000)).toMatchObject({ refusedBy: null });
        expect(await reserve(a, plan.now(), 1, 1000)).toMatchObject({
          refusedBy: "limit",
          heldByOthers: new Map([[WINDOW.scope, 199]]),
        });
      });

      it("without a limit are taken however full it is", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        await count(a, plan.now(), 5000);
        expect(await reserve(a, plan.now(), 300, null)).toMatchObject({ refusedBy: null });
        expect((await look(b, [sliding(plan.now())])).heldByOthers.get(WINDOW.scope)).toBe(300);
      });

      it("of a herd pass together up to the limit and no further", async () => {
        const plan = await openPlan();
        const stores = await Promise.all(["a", "b", "c", "d"].map((name) => synced(plan, identity(name))));
        const herd = Array.from({ length: 200 }, (_, index) => stores[index % 4] as SharedStore);
        const replies = await Promise.all(herd.map((store) => reserve(store, plan.now(), 10, 1001)));
        const taken = replies.filter((reply) => reply.kind === "weighed" && reply.refusedBy === null);
        expect(taken).toHaveLength(100);
      });

      it("are given back, and never more than was held", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        await hold(a, 10);
        await hold(b, 5);
        await hold(b, -50);
        expect((await look(b, [sliding(plan.now())])).heldByOthers.get(WINDOW.scope)).toBe(10);
        await hold(a, -10);
        expect((await look(b, [sliding(plan.now())])).heldByOthers.get(WINDOW.scope)).toBe(0);
      });

      it("end with a gateway that is not heard of any more, or that leaves", async () => {
        const plan = await openPlan();
        const [a, b, c] = await Promise.all(["a", "b", "c"].map((name) => synced(plan, identity(name))));
        if (a === undefined || b === undefined || c === undefined) throw new Error("three were opened");
        await hold(a, 100);
        await hold(c, 30);
        await count(a, plan.now(), 7);
        await c.leave();
        plan.advance(GATEWAY_LIFE_MS - 1);
        expect(await look(b, [sliding(plan.now())])).toMatchObject({
          gateways: 2,
          heldByOthers: new Map([[WINDOW.scope, 100]]),
        });
        plan.advance(1);
        expect(await look(b, [sliding(plan.now())])).toMatchObject({
          gateways: 1,
          heldByOthers: new Map([[WINDOW.scope, 0]]),
          windows: [{ usedTokens: 7 }],
        });
        // It comes back: whatever it thinks it holds, it has to say so first.
        expect(await reserve(a, plan.now(), 1, null)).toEqual({ kind: "unknown", nowMs: plan.now() });
      });
    });

    describe("a sync", () => {
      const series = (rows: readonly { atMs: number; tokens: number }[]) => [{ ...WINDOW, rows }];

      it("is wanted of a gateway that is not known, whose calls do nothing before", async () => {
        const plan = await openPlan();
        const [a, b] = [await plan.open(identity("a")), await synced(plan, identity("b"))];
        expect(await count(a, plan.now(), 5)).toEqual({ kind: "unknown", nowMs: plan.now() });
        expect(await reserve(a, plan.now(), 5, null)).toEqual({ kind: "unknown", nowMs: plan.now() });
        expect(await look(b, [sliding(plan.now())])).toMatchObject({
          windows: [{ usedTokens: 0 }],
          heldByOthers: new Map([[WINDOW.scope, 0]]),
        });
      });

      it("takes the place of what the gateway told before, done once or twice", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        await count(b, plan.now(), 1000);
        await pass(plan, 3 * MINUTE, a, b);
        await count(a, plan.now(), 5);
        await hold(a, 3);
        const rows = [
          { atMs: T0 + MINUTE, tokens: 40 },
          { atMs: T0 + 2 * MINUTE, tokens: 2 },
        ];
        const held = [{ scope: WINDOW.scope, tokens: 9 }];
        for (let times = 0; times < 2; times += 1) {
          expect(await a.sync({ series: series(rows), held, tells: [] })).toEqual({
            kind: "synced",
            nowMs: plan.now(),
            isNew: false,
          });
          expect(await look(b, [sliding(plan.now())])).toMatchObject({
            windows: [{ usedTokens: 1042 }],
            heldByOthers: new Map([[WINDOW.scope, 9]]),
          });
        }
        expect(await used(b, sliding(plan.now(), { sinceMs: T0 + 2 * MINUTE }))).toBe(2);
        await count(a, plan.now(), 1);
        expect(await used(b, sliding(plan.now()))).toBe(1043);
      });

      it("brings a store level that lost all", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        await count(a, plan.now(), 600);
        await count(b, plan.now(), 300);
        await plan.lose();
        expect(await reserve(a, plan.now(), 1, null)).toMatchObject({ kind: "unknown" });
        const told = await a.sync({
          series: series([{ atMs: plan.now(), tokens: 600 }]),
          held: [],
          tells: [],
        });
        expect(told).toMatchObject({ isNew: true });
        await b.sync({ series: series([{ atMs: plan.now(), tokens: 300 }]), held: [], tells: [] });
        expect(await used(a, sliding(plan.now()))).toBe(900);
      });

      it("lets the next process of a gateway take over from the one that is gone", async () => {
        const plan = await openPlan();
        const a = await synced(plan, identity("a", "1"));
        await count(a, plan.now(), 600);
        await hold(a, 50);
        const next = await plan.open(identity("a", "2"));
        const say = { series: series([{ atMs: plan.now(), tokens: 640 }]), held: [], tells: [] };
        expect(await next.sync(say)).toEqual({ kind: "taken", nowMs: plan.now() });
        expect(await used(a, sliding(plan.now()))).toBe(600);
        plan.advance(GATEWAY_LIFE_MS);
        expect(await next.sync(say)).toMatchObject({ kind: "synced" });
        expect(await used(next, sliding(plan.now()))).toBe(640);
        expect(await count(a, plan.now(), 1)).toMatchObject({ kind: "unknown" });
      });

      it("follows at once on one that left", async () => {
        const plan = await openPlan();
        const a = await synced(plan, identity("a", "1"));
        await a.leave();
        const next = await plan.open(identity("a", "2"));
        expect(await next.sync({ series: [], held: [], tells: [] })).toMatchObject({ kind: "synced" });
      });

      it("leaves calls out that were made before it and arrive after it", async () => {
        const plan = await openPlan();
        let sequence = 5;
        const numbered = (): GatewayIdentity => ({ ...identity("a"), nextSequence: () => sequence });
        const a = await plan.open(numbered());
        await a.sync({ series: [], held: [], tells: [] });
        sequence = 4;
        await count(a, plan.now(), 10);
        sequence = 5;
        await count(a, plan.now(), 10);
        sequence = 6;
        expect(await used(a, sliding(plan.now()))).toBe(0);
        sequence = 7;
        await count(a, plan.now(), 10);
        sequence = 8;
        expect(await used(a, sliding(plan.now()))).toBe(10);
      });
    });

    describe("marks", () => {
      const mark = (over: object = {}) => ({
        ...MARK,
        markedAtMs: T0,
        declaredUntilMs: T0 + 60 * MINUTE,
        ownUntilMs: null,
        windowMs: 300 * MINUTE,
        ...over,
      });
      const tell = (store: SharedStore, ...tells: Parameters<SharedStore["settle"]>[0]["tells"]) =>
        store.settle({ counts: [], held: [], tells });

      it("are news to the others once, and to whoever missed them", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        let heard = 0;
        b.onNews(() => {
          heard += 1;
        });
        const before = (await look(b, [])).news?.version ?? -1;
        await tell(a, { kind: "mark", mark: mark(), byHand: false });
        await expect.poll(() => heard).toBe(1);
        const { news } = await look(b, [], before);
        expect(news?.marks).toEqual([{ ...mark(), revision: expect.any(Number), probe: null }]);
        expect((await look(b, [], news?.version)).news).toBeNull();
      });

      it("of an account lie beside those of its models", async () => {
        const plan = await openPlan();
        const a = await synced(plan, identity("a"));
        const account = mark({ model: null, windowMs: null });
        await tell(
          a,
          { kind: "mark", mark: mark(), byHand: false },
          { kind: "mark", mark: account, byHand: false },
        );
        const marks = (await look(a, [])).news?.marks ?? [];
        expect(marks.map(({ model, windowMs }) => [model, windowMs])).toEqual(
          expect.arrayContaining([
            ["glm-4.7", 300 * MINUTE],
            [null, null],
          ]),
        );
      });

      it("keep the later declared end of two, unless an operator says otherwise", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        const stands = async () => (await look(a, [])).news?.marks.map((each) => each.declaredUntilMs);
        await tell(a, { kind: "mark", mark: mark({ declaredUntilMs: T0 + 5000 }), byHand: false });
        await tell(b, { kind: "mark", mark: mark({ declaredUntilMs: T0 + 9000 }), byHand: false });
        expect(await stands()).toEqual([T0 + 9000]);
        const own = mark({ declaredUntilMs: null, ownUntilMs: T0 + 300_000 });
        await tell(a, { kind: "mark", mark: own, byHand: false });
        expect(await stands()).toEqual([T0 + 9000]);
        await tell(a, { kind: "mark", mark: mark({ declaredUntilMs: T0 + 1000 }), byHand: true });
        expect(await stands()).toEqual([T0 + 1000]);
      });

      it("are ended by who means the one that stands", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        const marks = async () => (await look(a, [])).news?.marks ?? [];
        await tell(a, { kind: "mark", mark: mark(), byHand: false });
        const first = (await marks())[0]?.revision ?? -1;
        await tell(b, { kind: "mark", mark: mark({ markedAtMs: T0 + 1 }), byHand: false });
        await tell(a, { kind: "clear", key: MARK, revision: first });
        await tell(a, { kind: "clear", key: MARK, revision: null });
        expect(await marks()).toHaveLength(1);
        await tell(a, { kind: "clear", key: MARK, revision: (await marks())[0]?.revision ?? -1 });
        expect(await marks()).toEqual([]);
      });

      it("are forgotten a day after their end", async () => {
        const plan = await openPlan();
        const a = await synced(plan, identity("a"));
        await tell(a, { kind: "mark", mark: mark(), byHand: false });
        plan.advance(24 * 60 * MINUTE + 60 * MINUTE);
        await a.sync({
          series: [],
          held: [],
          tells: [{ kind: "mark", mark: mark({ lane: "kimi" }), byHand: false }],
        });
        expect((await look(a, [])).news?.marks.map((each) => each.lane)).toEqual(["kimi"]);
      });

      it("are proved by one request of all gateways, which the others see", async () => {
        const plan = await openPlan();
        const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
        await tell(a, { kind: "mark", mark: mark(), byHand: false });
        const prove = (store: SharedStore, rid: string) =>
          store.weigh({
            windows: [],
            reserve: { scopes: [WINDOW.scope], tokens: 4, limits: [] },
            probe: { marks: [MARK, { lane: "zai", model: null }], rid, untilMs: plan.now() + 120_000 },
            newsVersion: -1,
          });
        expect(await prove(a, "a-1")).toMatchObject({ refusedBy: null });
        const refused = await prove(b, "b-1");
        expect(refused).toMatchObject({
          refusedBy: "probe",
          heldByOthers: new Map([[WINDOW.scope, 4]]),
          news: { marks: [{ probe: { rid: "a-1", mine: false, untilMs: plan.now() + 120_000 } }] },
        });
        expect((await look(a, [])).news?.marks[0]?.probe).toMatchObject({ mine: true });
        expect((await look(a, [])).heldByOthers).toEqual(new Map());
        await tell(a, { kind: "probe_end", rid: "a-1" });
        expect(await prove(b, "b-2")).toMatchObject({ refusedBy: null });
        await pass(plan, 120_000, a);
        expect(await prove(a, "a-2")).toMatchObject({ refusedBy: null });
      });
    });

    it("lanes' own words are kept, the newest of each window", async () => {
      const plan = await openPlan();
      const [a, b] = [await synced(plan, identity("a")), await synced(plan, identity("b"))];
      const reading = (observedMs: number, usedRatio: number) => ({
        lane: "anthropic",
        model: null,
        observedMs,
        reading: {
          name: "5h",
          lengthMs: 300 * MINUTE,
          usedRatio,
          resetAtMs: T0 + MINUTE,
          status: null,
          scope: "account" as const,
          source: "header" as const,
          usedAmount: null,
          limitAmount: null,
        },
      });
      const tell = (store: SharedStore, of: ReturnType<typeof reading>) =>
        store.settle({ counts: [], held: [], tells: [{ kind: "reading", reading: of }] });
      await tell(a, reading(T0 + 10, 0.5));
      await tell(b, reading(T0 + 5, 0.4));
      await tell(b, reading(T0 + 10, 0.3));
      expect((await look(b, [])).news?.readings).toEqual([reading(T0 + 10, 0.5)]);
      await tell(b, reading(T0 + 20, 0.6));
      expect((await look(a, [])).news?.readings).toEqual([reading(T0 + 20, 0.6)]);
    });
  });
}
