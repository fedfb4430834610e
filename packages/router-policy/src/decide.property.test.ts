import { REROUTE_DECISIONS, REROUTE_MODES } from "@ccp/usage-contract/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "./decide.ts";
import type { LaneFacts, RoutingSnapshot } from "./routing-snapshot.ts";

const NOW = 1_800_000_000_000;
const LANES = ["zai", "anthropic", "kimi", "local"] as const;

const time = fc.option(fc.integer({ min: NOW - 5000, max: NOW + 5000 }));
const facts = fc.record({
  usable: fc.boolean(),
  tried: fc.boolean(),
  mark: fc.oneof(
    fc.constantFrom({ state: "none", untilMs: null }, { state: "half_open", untilMs: null }, {
      state: "probing",
      untilMs: null,
    } as const),
    fc.record({ state: fc.constantFrom("declared", "own"), untilMs: time }),
  ),
  pausedUntilMs: time,
  warned: fc.boolean(),
  blocked: fc.boolean(),
  spentUntilMs: time,
  headroomTokens: fc.option(fc.nat(300)),
  predictedTokens: fc.nat(300),
});

const snapshots: fc.Arbitrary<RoutingSnapshot> = fc
  .record({
    mode: fc.constantFrom(...REROUTE_MODES),
    preemptAt: fc.constantFrom("block", "warn"),
    pin: fc.option(fc.constantFrom("kill_switch", "manual"), { freq: 4 }),
    order: fc.shuffledSubarray([...LANES], { minLength: 1 }),
    all: fc.array(facts, { minLength: 4, maxLength: 4 }),
    after: fc.option(fc.record({ kind: fc.constantFrom("limit", "failure"), index: fc.nat(3) })),
  })
  .map(({ order, all, after, ...rest }) => {
    const lanes = order.map((lane, i): LaneFacts => {
      const { mark, ...own } = all[i] ?? expect.unreachable();
      return { lane, ...own, mark: mark as LaneFacts["mark"], unusableReason: own.usable ? null : "no key" };
    });
    const last = after === null ? undefined : lanes[after.index % lanes.length];
    return {
      ...rest,
      lanes,
      after: after === null || last === undefined ? null : { kind: after.kind, lane: last.lane },
    };
  });

const find = (snapshot: RoutingSnapshot, name: string): LaneFacts | undefined =>
  snapshot.lanes.find((lane) => lane.lane === name);
const saidSpent = (lane: LaneFacts): boolean =>
  ["declared", "own"].includes(lane.mark.state) || (lane.spentUntilMs !== null && lane.spentUntilMs > NOW);

describe("decide", () => {
  it("never picks a lane that is unusable or was tried", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const decision = decide(snapshot, NOW);
        if (decision.kind !== "send") return;
        const lane = find(snapshot, decision.lane);
        expect(decision.lane).not.toBe(snapshot.after?.lane);
        // The kill switch alone names a lane that the route may not list.
        if (lane === undefined) expect([snapshot.pin, decision.lane]).toEqual(["kill_switch", "anthropic"]);
        else expect([lane.usable, lane.tried]).toEqual([true, false]);
      }),
      { numRuns: 5000 },
    );
  });

  it("refuses only when every usable lane, the preferred and another, said that it is spent", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const decision = decide(snapshot, NOW);
        if (decision.kind !== "refuse") return;
        const usable = snapshot.lanes.filter((lane) => lane.usable);
        expect(usable.every(saidSpent)).toBe(true);
        expect(usable.some((lane) => lane !== snapshot.lanes[0])).toBe(true);
        expect(snapshot.pin).toBe(null);
        const known = usable.flatMap((lane) => [lane.mark.untilMs, lane.spentUntilMs]);
        if (decision.retryAtMs !== null) expect(known).toContain(decision.retryAtMs);
      }),
      { numRuns: 5000 },
    );
  });

  it("gives up only where no lane is left that did not say it is spent", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        if (decide({ ...snapshot, pin: null }, NOW).kind !== "give_up") return;
        const left = snapshot.lanes.filter(
          (lane) => lane.usable && !lane.tried && lane.lane !== snapshot.after?.lane && !saidSpent(lane),
        );
        expect(left).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });

  it("asks nobody a second time when it is followed to the end", () => {
    fc.assert(
      fc.property(
        snapshots,
        fc.array(fc.constantFrom("limit", "failure"), { minLength: 5, maxLength: 5 }),
        (first, ends) => {
          let snapshot: RoutingSnapshot = { ...first, after: null };
          const asked: string[] = [];
          for (const kind of ends) {
            const decision = decide(snapshot, NOW);
            if (decision.kind !== "send") return;
            expect(asked).not.toContain(decision.lane);
            asked.push(decision.lane);
            const lanes = snapshot.lanes.map((lane) =>
              lane.lane === decision.lane ? { ...lane, tried: true } : lane,
            );
            snapshot = { ...snapshot, lanes, after: { kind, lane: decision.lane } };
          }
          expect.unreachable("five attempts on four lanes");
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("says the same of the same, in one sentence and in known words", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const decision = decide(snapshot, NOW);
        expect(decide(structuredClone(snapshot), NOW)).toEqual(decision);
        expect(decision.reason).toMatch(/^[^.\n]+\.$/);
        expect(REROUTE_DECISIONS).toContain(decision.rerouteDecision);
        if (decision.kind !== "send" || snapshot.after !== null) return;
        expect(decision.changedLane).toBe(decision.lane !== snapshot.lanes[0]?.lane);
      }),
      { numRuns: 2000 },
    );
  });

  it("moves nothing in run2cap but for what a lane said, a pause, or a lane that cannot be asked", () => {
    fc.assert(
      fc.property(snapshots, (given) => {
        const [first, ...others] = given.lanes;
        const preferred = {
          ...(first ?? expect.unreachable()),
          usable: true,
          tried: false,
          pausedUntilMs: null,
        };
        fc.pre(preferred.mark.state === "none");
        const lanes = [preferred, ...others];
        const decision = decide({ ...given, lanes, mode: "run2cap", pin: null, after: null }, NOW);
        expect(decision).toMatchObject({
          lane: preferred.lane,
          rerouteDecision: "quota_run_to_limit",
          probe: false,
        });
      }),
      { numRuns: 2000 },
    );
  });
});

/** Lanes with few faults each: of any lanes hardly two would serve, and a session could not hold. */
const usual = <T>(value: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: others });
const quietSnapshots: fc.Arbitrary<RoutingSnapshot> = fc
  .record({
    snapshot: snapshots,
    all: fc.array(
      fc.record({
        usable: usual(true, fc.constant(false)),
        tried: usual(false, fc.constant(true)),
        mark: usual<LaneFacts["mark"]>(
          { state: "none", untilMs: null },
          facts.map((any) => any.mark as LaneFacts["mark"]),
        ),
        pausedUntilMs: usual(null, time),
        warned: fc.boolean(),
        blocked: usual(false, fc.constant(true)),
        spentUntilMs: usual(null, time),
        headroomTokens: fc.option(fc.nat(1000)),
        predictedTokens: fc.nat(300),
      }),
      { minLength: 4, maxLength: 4 },
    ),
    pin: usual<RoutingSnapshot["pin"]>(null, fc.constantFrom("kill_switch", "manual")),
    isNext: usual(false, fc.constant(true)),
  })
  .map(({ snapshot, all, pin, isNext }) => ({
    ...snapshot,
    pin,
    after: isNext ? snapshot.after : null,
    lanes: snapshot.lanes.map((lane, i) => ({ ...lane, ...all[i] })),
  }));
const sessions = fc.record({
  lane: fc.constantFrom(...LANES, "gone"),
  atMs: fc.integer({ min: NOW - 600_000, max: NOW + 600_000 }),
  cachedTokens: fc.nat(300),
});
const dwells = fc.constantFrom(undefined, 0, 60, 300, 900);

describe("decide for a session", () => {
  it("goes by the rules, or else stays on the session's lane, which is open", () => {
    let held = 0;
    fc.assert(
      fc.property(quietSnapshots, sessions, dwells, (snapshot, session, dwellSec) => {
        const ruled = decide(snapshot, NOW);
        const decision = decide(
          { ...snapshot, session, ...(dwellSec === undefined ? {} : { dwellSec }) },
          NOW,
        );
        if (decision.kind !== "send" || (ruled.kind === "send" && ruled.lane === decision.lane)) {
          expect(decision).toEqual(ruled);
          return;
        }
        held += 1;
        const lane = find(snapshot, decision.lane) ?? expect.unreachable();
        expect(decision.lane).toBe(session.lane);
        expect([lane.usable, lane.tried, lane.blocked, lane.mark.state]).toEqual([
          true,
          false,
          false,
          "none",
        ]);
        expect([lane.pausedUntilMs ?? 0, lane.spentUntilMs ?? 0].every((until) => until <= NOW)).toBe(true);
        expect(lane.headroomTokens ?? 301).toBeGreaterThan(lane.predictedTokens);
        expect([snapshot.pin, snapshot.after, decision.probe]).toEqual([null, null, false]);
        expect(decision.reason).toMatch(/^[^.\n]+\.$/);
        expect(REROUTE_DECISIONS).toContain(decision.rerouteDecision);
      }),
      { numRuns: 10_000 },
    );
    // Else nothing was tried.
    expect(held).toBeGreaterThan(50);
  });

  it("takes no probe away", () => {
    fc.assert(
      fc.property(quietSnapshots, sessions, (quiet, session) => {
        const [first, ...others] = quiet.lanes;
        const preferred: LaneFacts = {
          ...(first ?? expect.unreachable()),
          mark: { state: "half_open", untilMs: null },
        };
        const snapshot = { ...quiet, lanes: [preferred, ...others] };
        const ruled = decide(snapshot, NOW);
        fc.pre(ruled.rerouteDecision === "quota_probe");
        expect(decide({ ...snapshot, session }, NOW)).toEqual(ruled);
      }),
      { numRuns: 1000 },
    );
  });

  it("without a dwell and with nothing cached is as if none were known", () => {
    fc.assert(
      fc.property(quietSnapshots, sessions, (snapshot, session) => {
        const known = { ...snapshot, session: { ...session, cachedTokens: 0 }, dwellSec: 0 };
        expect(decide(known, NOW)).toEqual(decide(snapshot, NOW));
        expect(decide({ ...snapshot, session: null }, NOW)).toEqual(decide(snapshot, NOW));
      }),
      { numRuns: 2000 },
    );
  });
});
